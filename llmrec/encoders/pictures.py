"""Any picture file as an upright RGB picture: the kind is told by the content, the size before decoding."""

import io
from typing import TYPE_CHECKING

from llmrec.encoders.base import ContentError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
"""What is decoded: the web's formats. Pillow knows others that start programs (EPS) or crash more often (TIFF)."""
MEGAPIXELS = 64
"""Larger pictures are refused by their header: as RGB with alpha they would take more than 256 MB each."""


def picture(raw: bytes) -> "Image":
    """The RGB picture in a file of one of `FORMATS`, whatever its name says.

    Of an animation the first frame, 16 bits scaled to 8, transparency on white, turned as EXIF says. A picture
    that is cut off is refused rather than filled up. Raises `ContentError`.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not raw:
        raise ContentError("the file is empty")
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            if image.width * image.height > MEGAPIXELS * 1_000_000:
                raise ContentError(f"{image.width} x {image.height} pixels; at most {MEGAPIXELS} megapixels are read")
            image.load()
            return _flat(ImageOps.exif_transpose(image))
    except UnidentifiedImageError as error:
        raise ContentError(f"not a picture of a known kind: {', '.join(FORMATS)}") from error
    except Image.DecompressionBombError as error:
        raise ContentError(f"at most {MEGAPIXELS} megapixels are read") from error
    except ContentError:
        raise
    # On damaged files Pillow's decoders let through whatever went wrong in them, from SyntaxError to RuntimeError.
    except Exception as error:
        raise ContentError(str(error) or type(error).__name__) from error


def _flat(image: "Image") -> "Image":
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits of grey: Pillow would cut all above 255 to white
        image = image.convert("I").point(lambda grey: grey / 257).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")

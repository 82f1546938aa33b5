"""Every kind of picture becomes an upright RGB one as a viewer would show it, or one sentence."""

import io
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from llmrec.encoders import ContentError
from llmrec.encoders.image import MEGAPIXELS, picture

RED, WHITE = (255, 0, 0), (255, 255, 255)


def file(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    assert image.mode == "RGB"
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(int(c) for c in found)


def test_an_ordinary_photo_stays_to_the_byte_what_pillow_makes_of_it() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 40, 3), np.uint8))
    raw = file(noise, "JPEG")
    np.testing.assert_array_equal(np.asarray(picture(raw)), np.asarray(Image.open(io.BytesIO(raw)).convert("RGB")))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "AVIF"])
def test_the_kind_is_told_by_the_content(kind: str) -> None:
    shown = picture(file(Image.new("RGB", (20, 10), RED), kind))
    assert shown.size == (20, 10)
    np.testing.assert_allclose(at(shown, 5, 5), RED, atol=6)


def test_of_an_animation_the_first_frame() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    assert at(picture(file(frames[0], "GIF", save_all=True, append_images=frames[1:])), 4, 4) == RED


def test_print_colours() -> None:
    np.testing.assert_allclose(
        at(picture(file(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")), 4, 4), RED, atol=6
    )


@pytest.mark.parametrize(("value", "shown"), [(0, 0), (257 * 100, 100), (65535, 255)])
def test_sixteen_bits_are_scaled_not_cut(value: int, shown: int) -> None:
    deep = Image.fromarray(np.full((4, 4), value, np.uint16))
    assert at(picture(file(deep)), 1, 1) == (shown,) * 3


def test_transparency_lies_on_white() -> None:
    image = Image.new("RGBA", (4, 1), (255, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    image.putpixel((2, 0), (255, 0, 0, 128))
    shown = picture(file(image))
    assert at(shown, 0, 0) == RED
    assert at(shown, 1, 0) == WHITE
    np.testing.assert_allclose(at(shown, 2, 0), (255, 127, 127), atol=1)
    palette = Image.new("P", (2, 1))
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((1, 0), 1)
    shown = picture(file(palette, transparency=0))
    assert (at(shown, 0, 0), at(shown, 1, 0)) == (WHITE, RED)
    grey = Image.new("LA", (1, 1), (0, 0))
    assert at(picture(file(grey)), 0, 0) == WHITE


@pytest.mark.parametrize(("orientation", "red_at"), [(1, (0, 0)), (3, (3, 1)), (6, (1, 0)), (8, (0, 3))])
def test_a_phone_held_sideways(orientation: int, red_at: tuple[int, int]) -> None:
    image = Image.new("RGB", (4, 2), "white")
    image.putpixel((0, 0), RED)
    exif = Image.Exif()
    exif[274] = orientation
    assert at(picture(file(image, exif=exif)), *red_at) == RED


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    bomb = file(Image.new("1", (20_000, 20_000)))
    assert len(bomb) < 100_000
    started = time.process_time()
    with pytest.raises(ContentError, match=f"at most {MEGAPIXELS} megapixels"):
        picture(bomb)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"hello world" * 10, "not a picture of a known kind"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture of a known kind"),
        (file(Image.effect_noise((90, 90), 50), "JPEG")[:900], "truncated"),
        (file(Image.effect_noise((90, 90), 50))[:900], "truncated"),
        (file(Image.effect_noise((90, 90), 50), "TIFF"), "not a picture of a known kind"),
    ],
)
def test_what_is_no_picture_is_one_sentence(raw: bytes, reason: str) -> None:
    with pytest.raises(ContentError, match=reason) as error:
        picture(raw)
    assert "\n" not in str(error.value)

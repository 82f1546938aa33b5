"""Where a named encoder's weights lie: a local folder, a library's own cache, or nowhere (seeded random ones)."""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from llmrec.errors import BadInput, SetupError

SEED = 0
PATTERNS = ("*.safetensors", "*.bin")


@dataclass(frozen=True)
class Weights:
    """`family:name[?random]` of an encoder spec, and what its id says of the weights.

    Parameters
    ----------
    family
        Who loads them: "hf", "timm", "torchvision".
    name
        A model's name there, or a folder.
    random
        Seeded random weights in place of trained ones.
    expected_id
        The id that a checkpoint names; "" where the weights at hand are as good as any.

    Raises
    ------
    BadInput
        Without a name.

    Examples
    --------
    >>> Weights("timm", "resnet18", random=True).id
    'timm:resnet18?random#0'
    """

    family: str
    name: str
    random: bool = False
    expected_id: str = ""

    def __post_init__(self) -> None:
        """Refuses an empty name."""
        if not self.name:
            raise BadInput(f"{self.family}: names no model; write {self.family}:NAME")

    @cached_property
    def id(self) -> str:
        """A spec that names these weights, and after `#` which they are; a folder's by their hash."""
        if self.expected_id:
            return self.expected_id
        if self.random:
            return f"{self.spec}?random#{SEED}"
        return f"{self.spec}#{'named' if self.folder is None else weights_hash(self.folder)}"

    @cached_property
    def folder(self) -> Path | None:
        """The local folder, where the name is one.

        Raises
        ------
        SetupError
            Where the name is a full path and no folder lies there.
        """
        folder = Path(self.name).expanduser()
        if folder.is_dir():
            return folder.resolve()
        if folder.is_absolute():
            raise SetupError(f"{self.family}:{self.name} is not on this machine; copy the folder there")
        return None

    @property
    def spec(self) -> str:
        """`family:name`, a folder by its full path."""
        return f"{self.family}:{self.folder or self.name}"

    def check(self) -> None:
        """Asked before loading.

        Raises
        ------
        SetupError
            Where the folder holds other weights than `expected_id`.
        """
        marked = self.expected_id.partition("#")[2]
        if self.folder is not None and not self.random and marked and weights_hash(self.folder) != marked:
            raise SetupError(
                f"the weights in {self.folder} are not those of {self.expected_id}; put back the ones it means"
            )

    def absent(self, error: Exception) -> SetupError:
        """The sentence for weights that cannot be loaded.

        Parameters
        ----------
        error
            What the library that loads them raised.
        """
        said = str(error).strip().split("\n")[0][:200]
        if self.folder is not None:
            return SetupError(f"the model in {self.folder} cannot be loaded ({said}); copy it again")
        return SetupError(
            f"the weights of {self.spec} are not on this machine ({said}); pass a folder that holds them, let "
            f"them be downloaded (HF_HUB_OFFLINE=0), or take random ones ({self.spec}?random)"
        )


def weights_hash(folder: Path) -> str:
    """`file_hash` of a folder's first weights file.

    Raises
    ------
    SetupError
        Where the folder holds none.
    """
    found = next((file for pattern in PATTERNS for file in sorted(folder.glob(pattern))), None)
    if found is None:
        raise SetupError(f"{folder} holds no weights (*.safetensors); pass a folder that does")
    return file_hash(found)


def file_hash(path: Path) -> str:
    """12 hex digits of a file's sha256.

    Raises
    ------
    OSError
        Where it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


@contextmanager
def seeded() -> Iterator[None]:
    """Random weights made inside are the same every time; the caller's random state stays."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        yield


def offline() -> None:
    """No hub is asked, unless the user has set HF_HUB_OFFLINE=0: a name that is not in its cache fails at once."""
    if os.environ.setdefault("HF_HUB_OFFLINE", "1") != "0" and "huggingface_hub.constants" in sys.modules:
        # imported by someone before: it read the variable then
        sys.modules["huggingface_hub.constants"].HF_HUB_OFFLINE = True  # type: ignore[attr-defined]


def device() -> str:
    """Where encoders run: "cuda" or "cpu"."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"

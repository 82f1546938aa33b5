"""Text: all-MiniLM-L6-v2 or any sentence-transformers folder; unit-length sentence vectors.

Source: Reimers & Gurevych 2019, Sentence-BERT (arXiv 1908.10084).
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import ContentError
from llmrec.errors import SetupError
from llmrec.setup.packages import MINILM

BATCH = 64


class TextEncoder:
    """Unit-length vectors of texts, by the sentence-transformers model in `folder` (default: MiniLM)."""

    modality = "text"
    steps = 1

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @cached_property
    def id(self) -> str:
        """The packaged model by its name, any other by its folder's name and the hash of its weights."""
        if self._folder is None:
            return "all-MiniLM-L6-v2/unit"
        weights = next((f for p in ("*.safetensors", "*.bin") for f in sorted(self._folder.glob(p))), None)
        if weights is None:
            raise SetupError(f"{self._folder} holds no weights (*.safetensors); pass a sentence-transformers folder")
        with weights.open("rb") as file:
            return f"{self._folder.name}@{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}/unit"

    @cached_property
    def dim(self) -> int:
        """384 for MiniLM; another model is asked."""
        return 384 if self._folder is None else self.encode(["a"]).shape[1]

    def read(self, raw: bytes) -> str:
        """UTF-8."""
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise ContentError("the text is not UTF-8") from error

    def encode(self, contents: Sequence[str]) -> NDArray[np.float32]:
        """(n, dim) unit-length vectors; texts beyond the model's window (256 tokens for MiniLM) are cut."""
        vectors = self._model.encode(
            list(contents),
            batch_size=BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, np.float32).reshape(len(contents), -1)

    @cached_property
    def _model(self) -> Any:
        # set before the import below reads it: the model is a local folder, no hub is asked
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        folder = MINILM.folder() / "model" if self._folder is None else self._folder
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            # loading takes a moment; the bar is for the contents
            logging.disable_progress_bar()
            return SentenceTransformer(str(folder), local_files_only=True)
        except ImportError as error:
            raise SetupError(f"text is encoded by {error.name}; run `pip install {error.name}`") from error
        except Exception as error:  # whatever the library makes of a damaged folder
            reason = str(error).split("\n")[0]
            raise SetupError(f"the text encoder in {folder} cannot be loaded ({reason}); reinstall it") from error

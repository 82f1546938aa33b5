"""Text: all-MiniLM-L6-v2, or any text encoder of transformers by name or folder; unit-length vectors.

References
----------
Reimers & Gurevych, "Sentence-BERT" (2019, arXiv 1908.10084).
"""

import copy
import os
import tempfile
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.encoders.base import ContentError
from llmrec.encoders.weights import Weights, offline, seeded
from llmrec.errors import SetupError
from llmrec.setup.packages import MINILM

BATCH = 64
MINILM_DIM, MINILM_TOKENS = 384, 256


class TextEncoder:
    """Unit-length vectors of texts, by the packaged MiniLM or any transformers text encoder.

    A sentence-transformers model pools as it says itself; of any other (BERT, …) the mean of the last states. Texts
    beyond the model's window (256 tokens for MiniLM) are cut.

    Parameters
    ----------
    weights
        Where they lie; by default the packaged MiniLM.
    half
        Whether the packaged MiniLM multiplies in bfloat16: 1.8 times as fast where the processor has instructions for
        it (AVX-512 BF16, AMX), vectors with a cosine of 0.9999 to those of float32, and slower elsewhere
        (`python -m eval.text_encoding`).
    """

    modality = "text"
    steps = 1

    def __init__(self, weights: Weights | None = None, half: bool = False) -> None:
        self._weights, self._half = weights, half
        self._lock = Lock()  # queries come from several threads, and a tokenizer serves one at a time

    @property
    def id(self) -> str:
        """See `Encoder`."""
        if self._weights is not None:
            return self._weights.id
        return "minilm-bf16#1" if self._half else "all-MiniLM-L6-v2/unit"

    @cached_property
    def dim(self) -> int:
        """384 for MiniLM; another model is asked."""
        return MINILM_DIM if self._weights is None else self.encode(["a"]).shape[1]

    def read(self, raw: bytes) -> str:
        """See `Encoder.read`: UTF-8."""
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise ContentError("the text is not UTF-8") from error

    def encode(self, contents: Sequence[str]) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        with self._lock:
            if self._weights is None:
                return self._minilm(contents)
            vectors = self._model.encode(
                list(contents),
                batch_size=BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(vectors, np.float32).reshape(len(contents), -1)

    def model_copy(self) -> tuple[Any, Any]:
        """A tokenizer and a model of the packaged MiniLM, for a LoRA to change.

        Returns
        -------
        tuple
            Tokenizer, and the model in evaluation mode. The embeddings of word pieces, half of it, are this
            encoder's own, and never to be changed.

        Raises
        ------
        SetupError
            Where it cannot be loaded, or another model encodes.
        """
        if self._weights is not None:
            raise SetupError(f"only the packaged MiniLM is copied; {self.id} is another model")
        with self._lock:
            tokenizer, model = self._model
            shared = {id(p): p for p in model.embeddings.parameters()}  # deepcopy takes what is in its memo as copied
            return copy.deepcopy(tokenizer), copy.deepcopy(model, shared)

    def _minilm(self, contents: Sequence[str]) -> NDArray[np.float32]:
        """The mean of the last states, of unit length; texts of like length share a batch."""
        import torch
        from torch.nn import functional

        (tokenizer, model), found = self._model, np.zeros((len(contents), MINILM_DIM), np.float32)
        order = sorted(range(len(contents)), key=lambda n: -len(contents[n]))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            tokens = tokenizer(
                [contents[n].strip() for n in part], padding=True, truncation=True, max_length=MINILM_TOKENS,
                return_tensors="pt",
            )  # fmt: skip
            with torch.inference_mode():
                with torch.autocast("cpu", torch.bfloat16, enabled=self._half):
                    states = model(**tokens).last_hidden_state.float()
                there = tokens["attention_mask"].unsqueeze(-1).to(states)
                mean = (states * there).sum(1) / there.sum(1).clamp(min=1e-9)
                found[part] = functional.normalize(mean, dim=1).numpy()
        return found

    @cached_property
    def _model(self) -> Any:
        offline()
        folder = str(MINILM.folder() / "model") if self._weights is None else self._place(self._weights)
        try:
            from transformers.utils import logging

            # loading takes a moment; the bar is for the contents
            logging.disable_progress_bar()
            if self._weights is None:
                # Without sentence-transformers, which takes seconds and 160 MB of a gateway to load.
                from transformers import AutoModel, AutoTokenizer

                return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
            from sentence_transformers import SentenceTransformer

            if self._weights.random:
                return SentenceTransformer(modules=_random_modules(folder))
            return SentenceTransformer(folder, local_files_only=os.environ["HF_HUB_OFFLINE"] != "0")
        except ImportError as error:
            raise SetupError(f"text is encoded by {error.name}; run `pip install {error.name}`") from error
        except Exception as error:  # whatever the library makes of a damaged folder
            if self._weights is not None:
                raise self._weights.absent(error) from error
            reason = str(error).split("\n")[0]
            raise SetupError(f"the text encoder in {folder} cannot be loaded ({reason}); reinstall it") from error

    def _place(self, weights: Weights) -> str:
        weights.check()
        return str(weights.folder or weights.name)


def _random_modules(source: str) -> list[Any]:
    """A text encoder of that configuration and tokenizer, with seeded random weights."""
    from sentence_transformers.models import Pooling, Transformer
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    config = AutoConfig.from_pretrained(source)
    with tempfile.TemporaryDirectory() as folder:
        with seeded():
            AutoModel.from_config(config).save_pretrained(folder)
        AutoTokenizer.from_pretrained(source).save_pretrained(folder)
        words = Transformer(folder)
    return [words, Pooling(words.get_word_embedding_dimension())]

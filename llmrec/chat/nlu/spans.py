"""Spans of a line: which words say what is wanted, ruled out, named or for what, and which say nothing of the kind.

Rules find what a catalogue has words for. Of what is left no rule can tell whether somebody wants it ("floaty") or just
talks ("youd", "tho", "got dumped"), nor whether a word that a catalogue knows is meant at all ("she never wears pink"
is no word on dog wear). A small model reads it of the words around: the packaged MiniLM with a LoRA, and one linear row
a kind. It is trained by `python -m eval.chat_spans` on lines marked by hand and lies beside this module. It reads
English alone, as MiniLM does.

References
----------
Hu et al., "LoRA" (2022, ICLR).
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import SetupError

if TYPE_CHECKING:
    from llmrec.encoders import TextEncoder

KINDS = ("bare", "wish", "ban", "title", "occasion", "quantity")
"""What a word may be part of, in the order of the model's rows; of "bare" ones nothing is meant by which to choose."""
FILE = Path(__file__).with_name("spans.safetensors")
"""The model that is shipped."""
MODULES = (
    *(f"attention.self.{name}" for name in ("query", "key", "value")),
    *("attention.output.dense", "intermediate.dense", "output.dense"),
)
"""The linear maps of a layer that have a LoRA. MiniLM has six layers: the first three alone read bans and titles by six
to eight points of F1 worse, in half the time."""
WIDTH = 384
MAX_TOKENS = 128
KEPT = 1024
"""Lines whose words are kept."""
_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+(?:['\u2019.&-][A-Za-z0-9\u00c0-\u024f]+)*")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a line.

    Parameters
    ----------
    start, end
        Its place in the line, in characters.
    shares
        Probability of each of `KINDS`.
    """

    start: int
    end: int
    shares: tuple[float, ...]

    @property
    def kind(self) -> str:
        """The likeliest of `KINDS`."""
        return KINDS[int(np.argmax(self.shares))]

    def share(self, kind: str) -> float:
        """Probability of one of `KINDS`."""
        return self.shares[KINDS.index(kind)]


class SpanReader:
    """A trained model of spans.

    Parameters
    ----------
    weights
        `LAYER.MODULE.a` (rank, in) and `LAYER.MODULE.b` (out, rank) of each layer of MiniLM and of `MODULES`, whose
        product is added to the map; `head.weight` (kinds, WIDTH), `head.bias` (kinds,), and `bare` (1,), the share from
        which a word counts as bare for certain.
    encoder
        The packaged MiniLM, by which the model was trained.

    Raises
    ------
    SetupError
        Where arrays are missing or do not fit.
    """

    def __init__(self, weights: Mapping[str, NDArray[Any]], encoder: "TextEncoder") -> None:
        import torch

        self._tokenizer, self._model = encoder.model_copy()
        try:
            with torch.no_grad():
                for n, layer in enumerate(self._model.encoder.layer):
                    for module in MODULES:
                        a, b = (torch.from_numpy(weights[f"{n}.{module}.{x}"].astype(np.float32)) for x in ("a", "b"))
                        layer.get_submodule(module).weight += b @ a
            self._head = torch.from_numpy(weights["head.weight"].astype(np.float32).T.copy())
            self._bias = torch.from_numpy(weights["head.bias"].astype(np.float32))
            self.bare_from = float(weights["bare"][0])
        except (KeyError, RuntimeError) as error:
            raise SetupError(f"the model of spans is not whole ({error}); reinstall llmrec") from error
        self._lock = Lock()  # a tokenizer serves one at a time
        self._words = lru_cache(KEPT)(self._words_anew)

    def forget_lines(self) -> None:
        """Drop the lines that were read lately, which are kept in memory."""
        self._words.cache_clear()

    def words(self, line: str) -> tuple[SpokenWord, ...]:
        """Read one line.

        Parameters
        ----------
        line
            What a person wrote; of what is longer than `MAX_TOKENS` pieces the beginning is read.

        Returns
        -------
        tuple of SpokenWord
            In their order; words beyond what is read are not among them.
        """
        return self._words(line)

    def _words_anew(self, line: str) -> tuple[SpokenWord, ...]:
        import torch

        with self._lock, torch.inference_mode():
            read = self._tokenizer(
                line, truncation=True, max_length=MAX_TOKENS, return_offsets_mapping=True, return_tensors="pt"
            )
            places = read.pop("offset_mapping")[0].tolist()
            states = self._model(**read).last_hidden_state[0]
            shares = torch.softmax(states @ self._head + self._bias, -1).numpy()
        return tuple(matched_words(line, places, shares))


def matched_words(line: str, places: list[list[int]], shares: NDArray[np.float32]) -> Iterator[SpokenWord]:
    """Put the pieces of words together.

    Parameters
    ----------
    line
        The line.
    places
        Start and end of each piece in it.
    shares
        ``(pieces, kinds)``: probabilities.

    Yields
    ------
    SpokenWord
        Of each word with a piece: the mean of its pieces.
    """
    for word in _WORD.finditer(line):
        pieces = [n for n, (start, end) in enumerate(places) if word.start() <= start < end <= word.end()]
        if pieces:
            yield SpokenWord(word.start(), word.end(), tuple(float(x) for x in shares[pieces].mean(0)))


@cache
def span_reader() -> SpanReader | None:
    """Open the model that is shipped, once a process.

    Returns
    -------
    SpanReader or None
        None, and a warning is logged, where it or the text encoder is missing: the rules read alone.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    from llmrec.encoders import text_encoder

    try:
        return SpanReader(load_file(FILE), text_encoder())
    except (OSError, SafetensorError, SetupError) as error:
        _LOG.warning("lines are read by rules alone, as the model of spans cannot be opened: %s", error)
        return None

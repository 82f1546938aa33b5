"""Dialogue acts: what a person does with a line (greets, asks about an item, complains), read by a small model.

Rules read what must be exact, numbers and conditions; what somebody means by "you are useless" no list of words holds.
The model is linear, one row of weights an act, over the sentence vector of the line and of what was said before it,
and over their character n-grams, by which Chinese is read, of which the default text encoder knows little. It is
trained by `python -m eval.chat_acts` on lines written by hand and lies beside this module.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.chat.nlu.languages import is_chinese
from llmrec.errors import SetupError

if TYPE_CHECKING:
    from llmrec.encoders import TextEncoder

ACTS = (
    "accept", "answer", "ask_history", "ask_item", "compare", "complain", "confirm", "critique_attribute",
    "critique_compare", "critique_example", "end", "greet", "harmful", "no_reaction", "off_topic", "preference",
    "reject", "remember", "request", "seen", "small_talk", "thank", "unclear", "undo", "why",
)  # fmt: skip
"""What a line may do, in the order of the model's rows; eval/README.md says what each means."""
FILE = Path(__file__).with_name("acts.safetensors")
"""The model that is shipped."""
MAX_CHARACTERS = 300
"""Characters of a line, and of what was said before it, that the model reads: what an act is shows early."""
DIMENSIONS = 384
"""Length of the sentence vectors."""
LINE_BUCKETS, BEFORE_BUCKETS = 2**14, 2**11
"""Columns into which the character n-grams of the line, and of what was said before, are hashed."""
FEATURES = 2 * DIMENSIONS + LINE_BUCKETS + BEFORE_BUCKETS + 1
CHINESE_WEIGHTS = 0.5, 2.5
"""Scales of the sentence vectors and of the n-grams of a line in Chinese."""
BEFORE_WEIGHT = 0.5
"""Scale of what was said before, beside the line itself."""
KEPT = 1024
"""Lines whose acts are kept."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ActReading:
    """The acts of one line.

    Parameters
    ----------
    acts
        At least one, the surest first.
    confident
        Those of them that hold in at least `eval.chat_acts.PRECISION` of the lines that score as high.
    """

    acts: tuple[str, ...]
    confident: frozenset[str]


class ActReader:
    """A trained model of acts.

    Parameters
    ----------
    weights
        `weights` (FEATURES, A), `bias` (A,), `thresholds` (A,) and `confident` (A,), where A is the number of `ACTS`;
        the thresholds are scores (log odds) from which an act counts, and counts for certain.
    encoder
        Of the sentence vectors; the model was trained on those of the packaged MiniLM.

    Raises
    ------
    SetupError
        Where the arrays are not of these shapes.
    """

    def __init__(self, weights: Mapping[str, NDArray[Any]], encoder: "TextEncoder") -> None:
        shapes: dict[str, tuple[int, ...]] = {
            "weights": (FEATURES, len(ACTS)),
            **dict.fromkeys(("bias", "thresholds", "confident"), (len(ACTS),)),
        }
        if {name: weights[name].shape for name in weights} != shapes:
            raise SetupError(f"the model of acts does not hold {shapes}; reinstall llmrec")
        self._weights = {name: array.astype(np.float32) for name, array in weights.items()}
        self._encoder = encoder
        self._read = lru_cache(KEPT)(self._read_anew)

    def forget_lines(self) -> None:
        """Drop the lines that were read lately, which are kept in memory."""
        self._read.cache_clear()

    def scores(self, lines: Sequence[str], before: Sequence[str]) -> NDArray[np.float32]:
        """Score every act of every line.

        Parameters
        ----------
        lines
            N lines.
        before
            What was said before each; "" for nothing.

        Returns
        -------
        numpy.ndarray
            (N, A) log odds.
        """
        found = features(lines, before, self._encoder) @ self._weights["weights"] + self._weights["bias"]
        return np.asarray(found, np.float32)

    def read(self, line: str, before: str = "") -> ActReading:
        """Read one line.

        Parameters
        ----------
        line
            What a person wrote.
        before
            What was said before it; "" for nothing.

        Returns
        -------
        ActReading
            The acts whose score reaches their threshold, or the one that comes nearest.
        """
        return self._read(line[:MAX_CHARACTERS], before[:MAX_CHARACTERS])

    def _read_anew(self, line: str, before: str) -> ActReading:
        scores = self.scores([line], [before])[0]
        above = scores - self._weights["thresholds"]
        order = [n for n in np.argsort(-above) if above[n] >= 0] or [int(above.argmax())]
        sure = frozenset(ACTS[n] for n in order if scores[n] >= self._weights["confident"][n])
        return ActReading(tuple(ACTS[n] for n in order), sure)


@cache
def act_reader() -> ActReader | None:
    """Open the model that is shipped, once a process.

    Returns
    -------
    ActReader or None
        None, and a warning is logged, where it or the text encoder is missing: the rules read alone.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    from llmrec.encoders import text_encoder

    try:
        reader = ActReader(load_file(FILE), text_encoder())
        reader.read("hello")  # loads the encoder where nothing has yet
    except (OSError, SafetensorError, SetupError) as error:
        _LOG.warning("lines are read by rules alone, as the model of acts cannot be opened: %s", error)
        return None
    return reader


def features(lines: Sequence[str], before: Sequence[str], encoder: "TextEncoder") -> Any:
    """Make what the model reads.

    Parameters
    ----------
    lines
        N lines.
    before
        What was said before each; "" for nothing.
    encoder
        Of the sentence vectors, (N, DIMENSIONS).

    Returns
    -------
    scipy.sparse.csr_matrix
        (N, FEATURES): vector of the line, vector of what was before, n-grams of both, whether there was nothing before.
    """
    from scipy import sparse

    said = [text for text in before if text]
    vectors = encoder.encode([*lines, *said])
    earlier = np.zeros((len(lines), DIMENSIONS), np.float32)
    earlier[[n for n, text in enumerate(before) if text]] = vectors[len(lines) :]
    nothing = np.array([[not text] for text in before], np.float32)
    weights = np.array([CHINESE_WEIGHTS if is_chinese(line) else (1.0, 1.0) for line in lines], np.float32)
    of_vectors, of_n_grams = weights[:, :1], weights[:, 1:]
    blocks = [
        sparse.csr_matrix(of_vectors * vectors[: len(lines)]),
        sparse.csr_matrix(of_vectors * BEFORE_WEIGHT * earlier),
        _hashed(LINE_BUCKETS).transform(lines).multiply(of_n_grams),
        BEFORE_WEIGHT * _hashed(BEFORE_BUCKETS).transform(before).multiply(of_n_grams),
        sparse.csr_matrix(BEFORE_WEIGHT * nothing),
    ]
    return sparse.hstack(blocks, format="csr")


@cache
def _hashed(buckets: int) -> Any:
    """Which n-grams stand in a text, hashed into columns, of unit length; it holds no state."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(analyzer=n_grams, n_features=buckets, binary=True, alternate_sign=False, dtype=np.float32)


def n_grams(text: str) -> list[str]:
    """List the character n-grams within the words of a text.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of str
        Of one to four characters, with a space where a word begins and ends; of Chinese, of one or two.

    Examples
    --------
    >>> n_grams("我要")
    [' ', '我', '要', ' ', ' 我', '我要', '要 ']
    """
    found = []
    for word in text.lower().split():
        padded = f" {word} "
        longest = 2 if is_chinese(word) else 4
        found += [padded[at : at + n] for n in range(1, longest + 1) for at in range(len(padded) - n + 1)]
    return found

"""Dialogue acts: what a person does with a line (greets, asks about an item, complains), read by a small model.

Rules read what must be exact, numbers and conditions; what somebody means by "you are useless" no list of words holds.
The model is linear, one row of weights an act, over the sentence vector of the line and of what was said before it,
over their character n-grams, by which Chinese is read, of which the default text encoder knows little, and over what
rules find in both (`llmrec.chat.nlu.act_cues`). It is trained by `python -m eval.chat_acts` on lines written by hand and lies beside this module. Beside the acts it tells the
move of a line, of which there is one: whether a list is wanted, an answer, a choice taken note of, or a word in return.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec.chat.nlu.act_cues import COUNT, act_cues
from llmrec.chat.nlu.languages import is_chinese
from llmrec.chat.nlu.named_items import names_place
from llmrec.chat.nlu.questions import refers_to_topic
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
"""Characters of a line, and of what was said before it, that the model reads: what an act is shows early, and what it
answers is said last."""
DIMENSIONS = 384
"""Length of the sentence vectors."""
LINE_BUCKETS, BEFORE_BUCKETS = 2**14, 2**11
"""Columns into which the character n-grams of the line, and of what was said before, are hashed."""
FEATURES = 2 * DIMENSIONS + LINE_BUCKETS + BEFORE_BUCKETS + 1 + COUNT
CHINESE_WEIGHTS = 0.5, 2.5
"""Scales of the sentence vectors and of the n-grams of a line in Chinese."""
BEFORE_WEIGHT = 0.5
"""Scale of what was said before, beside the line itself."""
CUES_WEIGHT, CHINESE_CUES_WEIGHT = 0.5, 0.3
"""Scales of what rules find, for a line in Chinese the second: fewer cues are of its words."""
KEPT = 1024
"""Lines whose acts are kept."""
MOVES = ("accept", "list", "question", "talk")
"""What a line wants in return, in the order of the model's columns: a choice to be noted, a list, an answer, a word."""
_CUES = tuple(
    re.compile(words, re.I)
    for words in (
        r"[?\uff1f]",
        r"[?\uff1f]\s*$",
        r"^(?:(?:and|so|but|ok|hm+|well|oh|also|wait|actually)[,. ]+)*(?:is|are|was|were|does|do|did|has|have|can|could|"
        r"will|would|should|who|how|what|when|where|which|whose|why)\b",
        r"\b(?:got|have you|do you have|is there|are there|any|anything|something|some|show|give|find|recommend|suggest|"
        r"want|need|looking for|another|others?|more|similar|instead)\b",
        r"^(?:no|not|nothing|without|less|but|and|or|only|just|too|skip|drop|must|under|over|in|from|with|also|then|ok)\b",
        r"[吗么呢]|谁|多长|多少|几|哪|什么|啥|怎么|为什么|是不是|会不会|能不能|有没有|係咪|點解|幾",
        r"^(?:不要|别|不|要|没|换|再|来|想|有|推荐|只|最好|那|唔好|給|给|找|求)",
        r"推荐|来[个本部点一两几]|换|想[看买读找要]|有没有|有冇|有什么|给我|类似|便宜|要",
        r"\bthanks?\b|\bthx\b|\bcheers\b|\bbye\b|good ?night|see you|谢|拜|再见|晚安|多謝|唔該",
        r"\b(?:perfect|great|lovely|sold|done|deal|fine|good|brilliant)\b|就(?:它|这|第|要|买)|行|好的|好吧|可以",
        r"\b(?:i'?ll|i will|we'?ll|let'?s|going with|take|taking|order(?:ing)?|buy(?:ing)?|go with|it is)\b|就|买|拿|下单|订",
        r"\b(?:seen|watched|read|own|had|got|heard|tried|bought)\b|[看读买听用]过|有了",
        r"\b(?:update|report|monday|later|back)\b|回来|后来|报",
    )
)
"""Words by which the moves are told apart, each a feature."""
SHORT_LINE, LONG_LINE = 12, 80
"""Characters below and above which the length of a line is a feature of its own."""
MOVE_FEATURES = DIMENSIONS + LINE_BUCKETS + len(_CUES) + 5
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
        the thresholds are scores (log odds) from which an act counts, and counts for certain. `moves`
        (MOVE_FEATURES, M) and `moves_bias` (M,), where M is the number of `MOVES`.
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
            "moves": (MOVE_FEATURES, len(MOVES)),
            "moves_bias": (len(MOVES),),
        }
        if {name: weights[name].shape for name in weights} != shapes:
            raise SetupError(f"the model of acts does not hold {shapes}; reinstall llmrec")
        self._weights = {name: array.astype(np.float32) for name, array in weights.items()}
        self._encoder = encoder
        self._read = lru_cache(KEPT)(self._read_anew)
        self._moves = lru_cache(KEPT)(self._moves_anew)

    def forget_lines(self) -> None:
        """Drop the lines that were read lately, which are kept in memory."""
        self._read.cache_clear()
        self._moves.cache_clear()

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
        return self._read(line[:MAX_CHARACTERS], before[-MAX_CHARACTERS:])

    def moves(self, line: str, opens: bool) -> Mapping[str, float]:
        """Tell what a line wants in return.

        Parameters
        ----------
        line
            What a person wrote.
        opens
            Whether nothing was said before it.

        Returns
        -------
        mapping of str to float
            Each of `MOVES` -> its probability.
        """
        return self._moves(line[:MAX_CHARACTERS], opens)

    def _moves_anew(self, line: str, opens: bool) -> Mapping[str, float]:
        rows = move_features([line], [opens], self._encoder)
        odds = np.asarray(rows @ self._weights["moves"] + self._weights["moves_bias"], np.float64)[0]
        shares = np.exp(odds - odds.max())
        return dict(zip(MOVES, (shares / shares.sum()).tolist(), strict=True))

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
        (N, FEATURES): vector of the line, vector of what was before, n-grams of both, whether there was nothing before,
        cues.
    """
    from scipy import sparse

    said = [text for text in before if text]
    vectors = encoder.encode([*lines, *said])
    earlier = np.zeros((len(lines), DIMENSIONS), np.float32)
    earlier[[n for n, text in enumerate(before) if text]] = vectors[len(lines) :]
    nothing = np.array([[not text] for text in before], np.float32)
    weights = np.array([CHINESE_WEIGHTS if is_chinese(line) else (1.0, 1.0) for line in lines], np.float32)
    of_vectors, of_n_grams = weights[:, :1], weights[:, 1:]
    of_cues = np.array([[CHINESE_CUES_WEIGHT if is_chinese(line) else CUES_WEIGHT] for line in lines], np.float32)
    blocks = [
        sparse.csr_matrix(of_vectors * vectors[: len(lines)]),
        sparse.csr_matrix(of_vectors * BEFORE_WEIGHT * earlier),
        _hashed(LINE_BUCKETS).transform(lines).multiply(of_n_grams),
        BEFORE_WEIGHT * _hashed(BEFORE_BUCKETS).transform(before).multiply(of_n_grams),
        sparse.csr_matrix(BEFORE_WEIGHT * nothing),
        sparse.csr_matrix(of_cues * act_cues(lines, before)),
    ]
    return sparse.hstack(blocks, format="csr")


def move_features(lines: Sequence[str], opens: Sequence[bool], encoder: "TextEncoder") -> Any:
    """Make what moves are read by.

    Parameters
    ----------
    lines
        N lines.
    opens
        Whether nothing was said before each.
    encoder
        Of the sentence vectors, (N, DIMENSIONS).

    Returns
    -------
    scipy.sparse.csr_matrix
        (N, MOVE_FEATURES): vector of the line, its n-grams, cues.
    """
    from scipy import sparse

    weights = np.array([CHINESE_WEIGHTS if is_chinese(line) else (1.0, 1.0) for line in lines], np.float32)
    cues = [
        [
            *(cue.search(line) is not None for cue in _CUES),
            names_place(line),
            refers_to_topic(line),
            len(line) < SHORT_LINE,
            len(line) > LONG_LINE,
            first,
        ]
        for line, first in zip(lines, opens, strict=True)
    ]
    blocks = [
        sparse.csr_matrix(weights[:, :1] * encoder.encode([*lines])),
        _hashed(LINE_BUCKETS).transform(lines).multiply(weights[:, 1:]),
        sparse.csr_matrix(np.array(cues, np.float32)),
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

"""Whether a text follows from facts: all-MiniLM-L6-v2 reads both at once, its upper layers trained for that.

The lower layers are those of the package that brings the text encoder; the upper ones and the head lie in
`adapters/verifier`. `python -m eval.entailment` trains them.

References
----------
Bowman et al. 2015, "A large annotated corpus for learning natural language inference" (EMNLP). Tang, Laban & Durrett
2024, "MiniCheck: Efficient Fact-Checking of LLMs on Grounding Documents" (EMNLP).
"""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.errors import SetupError
from llmrec.paths import resource
from llmrec.setup.packages import MINILM

LABELS = ("entailed", "contradicted", "neutral")
"""What the head's outputs mean, in order."""
MAX_TOKENS = 128
"""Longest pair that is read; the facts are cut at their end, where the least telling stand."""
FILE = "entailment.safetensors"


class EntailmentModel:
    """Judges pairs of (facts, text).

    Parameters
    ----------
    file : Path
        Trained upper layers and head.

    Raises
    ------
    SetupError
        At the first use, where the file or the package with the lower layers is missing or does not fit.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()  # a tokenizer serves one thread at a time

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Least probabilities of "entailed" at which a text passes: where no rule objects, and where one does."""
        return float(self._about.get("limit", 1.0)), float(self._about.get("limit against a rule", 1.0))

    @cached_property
    def held_out(self) -> frozenset[int]:
        """Numbers of the recommendations of `eval/verifier_open.jsonl` that it may be measured on."""
        return frozenset(map(int, self._about.get("not learnt from", "").split()))

    @cached_property
    def _about(self) -> dict[str, str]:
        from safetensors import safe_open

        with safe_open(self._file, "np") as held:
            return held.metadata() or {}

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """How surely each text follows from its facts, contradicts them, or neither.

        Parameters
        ----------
        pairs : sequence of (str, str)
            Facts and a text.

        Returns
        -------
        (pairs, 3) float32
            In the order of `LABELS`; each row sums to 1.
        """
        import torch

        if not pairs:
            return np.zeros((0, len(LABELS)), np.float32)
        with self._lock, torch.inference_mode():
            # One at a time: a pair is judged the same whatever it is judged beside.
            rows = [self._judged(pair) for pair in pairs]
        return np.asarray(torch.cat(rows).numpy(), np.float32)

    def _judged(self, pair: tuple[str, str]) -> Any:
        tokens = self._classifier.tokens([pair])
        return self._classifier.logits(self._classifier.below(tokens), tokens).softmax(1)

    @cached_property
    def _classifier(self) -> "PairClassifier":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            weights = load_file(self._file)
            return PairClassifier(weights)
        except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
            raise SetupError(
                f"the entailment model in {self._file} cannot be read ({str(error).splitlines()[0]}); install llmrec "
                "again, or choose the verifier `rules`"
            ) from error


@cache
def shipped() -> EntailmentModel:
    """The model that comes with llmrec; made once.

    Raises
    ------
    SetupError
        Where its file was left out.
    """
    file = resource("adapters") / "verifier" / FILE
    if not file.is_file():
        raise SetupError(
            f"the entailment model {file} is not there; install llmrec again, or choose the verifier `rules`"
        )
    return EntailmentModel(file)


class PairClassifier:
    """MiniLM over a pair, with a head on what it makes of the text's own tokens.

    Parameters
    ----------
    trained : mapping of str to tensor, or int
        The upper layers and the head, as `state` gives them; or how many upper layers are to be trained, with a head
        that is drawn at random (seed 0).
    """

    def __init__(self, trained: "Mapping[str, Any] | int") -> None:
        import torch
        from transformers import AutoModel, AutoTokenizer

        folder = str(MINILM.folder() / "model")
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.base = AutoModel.from_pretrained(folder, attn_implementation="eager", local_files_only=True).eval()
        layers = self.base.encoder.layer
        count = trained if isinstance(trained, int) else len({name.split(".")[1] for name in trained} - {"head"})
        self.lower, self.upper = layers[:-count], layers[-count:]
        torch.manual_seed(0)
        self.head = torch.nn.Linear(3 * self.base.config.hidden_size, len(LABELS))
        if not isinstance(trained, int):
            self.upper.load_state_dict(
                {n.removeprefix("layer."): t.float() for n, t in trained.items() if "head" not in n}
            )
            self.head.load_state_dict(
                {n.removeprefix("layer.head."): t.float() for n, t in trained.items() if "head" in n}
            )

    def state(self) -> dict[str, Any]:
        """The upper layers and the head as float16 tensors."""
        named = [*self.upper.state_dict().items(), *((f"head.{n}", t) for n, t in self.head.state_dict().items())]
        return {f"layer.{name}": tensor.half().contiguous() for name, tensor in named}

    def tokens(self, pairs: "Sequence[tuple[str, str]]") -> dict[str, Any]:
        """Token ids of pairs, padded: `input_ids`, `token_type_ids`, `attention_mask` (pairs, tokens)."""
        facts, texts = zip(*pairs, strict=True)
        read = self._tokenizer(
            list(facts), list(texts), truncation="only_first", max_length=MAX_TOKENS, padding=True, return_tensors="pt"
        )
        return dict(read)

    def below(self, tokens: dict[str, Any]) -> Any:
        """What the lower layers make of tokens: (pairs, tokens, 384)."""
        hidden = self.base.embeddings(input_ids=tokens["input_ids"], token_type_ids=tokens["token_type_ids"])
        return self._through(self.lower, hidden, tokens["attention_mask"])

    def logits(self, hidden: Any, tokens: dict[str, Any]) -> Any:
        """What the upper layers and the head make of `below`: (pairs, 3)."""
        import torch

        hidden = self._through(self.upper, hidden, tokens["attention_mask"])
        own = (tokens["token_type_ids"] * tokens["attention_mask"]).unsqueeze(-1)
        mean = (hidden * own).sum(1) / own.sum(1).clamp(min=1)
        most = hidden.masked_fill(own == 0, -1e4).amax(1)
        return self.head(torch.cat([hidden[:, 0], mean, most], 1))

    @staticmethod
    def _through(layers: Any, hidden: Any, mask: Any) -> Any:
        kept = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * -1e4
        for layer in layers:
            out = layer(hidden, attention_mask=kept)
            hidden = out[0] if isinstance(out, tuple) else out
        return hidden

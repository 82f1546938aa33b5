"""The LLM in this process: ranking layers in float32, the whole LLM in int8 for words."""

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.engine.base import EngineInputs, Generated, QueryVectors
from llmrec.errors import BadInput
from llmrec.model.backbone import merged_writer
from llmrec.model.inference import prompt_embeddings, query_vectors, read_states, soft_tokens, with_unseen
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.runtime import return_freed_memory

KEPT_SOFT_TOKENS = 20_000
"""Items whose soft tokens are kept, the last that were read: 46 MB of them. Made anew they cost a millisecond each."""
READ_AT_ONCE = 8
"""Items whose soft tokens are made together."""
MAX_NEW_TOKENS = 60
"""Upper limit for a rationale; the longest of the training data has some fifty tokens."""
TEMPERATURE = 0.7
"""For the second attempt: enough to differ from a sentence that was refused, not enough to ignore the brief."""
LOOKUP_TOKENS = 6
"""Tokens of one prompt lookup, copied from where the prompt repeats the last two: it holds titles and genres."""


class LocalEngine:
    """An `Engine` on transformers. The writing model is loaded at the first `generate`: ranking needs none of it.

    Safe for use by several threads, which rank in parallel and write one after the other.
    """

    def __init__(self, model: RecLM, table: ItemTable, base: Path, rationale: Path | None) -> None:
        """Take the ranking path, the items, the base's folder and, if any, the peft adapter for sentences."""
        self.model, self.table, self._soft = model, table, _SoftTokens(model, table)
        self._reader, self._writer = _Reader(PromptWords.load(base)), _Writer(base, rationale, model)

    def over(self, table: ItemTable, changed: Sequence[int]) -> "LocalEngine":
        """See `CatalogueEngine.over`; soft tokens of unchanged items are reused."""
        engine = copy(self)
        engine.table, engine._soft = table, self._soft.over(table, changed)
        return engine

    def query_vectors(
        self,
        histories: Sequence[Sequence[int]],
        queries: Sequence[str],
        example: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> QueryVectors:
        """See `Engine.query_vectors`."""
        histories, soft = self._read(histories, example)
        return QueryVectors(
            query_vectors(self.model, soft, self._reader.before, histories, self._query_tokens(queries))
        )

    def prompts(
        self,
        histories: Sequence[Sequence[int]],
        queries: Sequence[str],
        example: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> list[Any]:
        """Return the prompt embeddings `(slots, hidden)` that the query vectors of the same arguments are read from."""
        histories, soft = self._read(histories, example)
        return prompt_embeddings(self.model, soft, self._reader.before, histories, self._query_tokens(queries))

    def of_states(
        self,
        states: NDArray[np.float32],
        histories: Sequence[Sequence[int]],
        example: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> QueryVectors:
        """Query vectors from the last hidden states `(n, hidden)` of `prompts`."""
        histories, soft = self._read(histories, example)
        return QueryVectors(read_states(self.model, states, soft, self._reader.before, histories))

    def _query_tokens(self, queries: Sequence[str]) -> list[tuple[int, ...]]:
        return [self._reader.query_tokens(query) for query in queries]

    def _read(
        self, histories: Sequence[Sequence[int]], example: Mapping[str, NDArray[np.float32]] | None
    ) -> tuple[Sequence[Sequence[int]], Any]:
        """Return soft tokens of what the histories' windows hold, and the histories as rows of these.

        The example is the newest item of each.
        """
        window = self.model.config.window
        recent = [history[-window:] for history in histories]
        rows = sorted({row for history in recent for row in history}) or [0]  # none is read, but there has to be one
        place = {row: n for n, row in enumerate(rows)}
        soft, read = self._soft.of(rows), [tuple(place[row] for row in history) for history in recent]
        if not example:
            return read, soft
        return [(*history, len(rows)) for history in read], with_unseen(self.model, self.table, soft, example)

    def generate(self, prompts: Sequence[str], seed: int) -> Generated:
        """See `Engine.generate`; without a rationale adapter every text is empty.

        An LLM that was not trained to write from evidence makes claims that the evidence does not support.

        Raises
        ------
        CheckpointError
            Where the rationale adapter is damaged.
        """
        return Generated(tuple(self._writer.generate(prompts, seed)))


def open_local(inputs: EngineInputs) -> LocalEngine:
    """The engine `local`.

    Parameters
    ----------
    inputs
        What it runs.

    Raises
    ------
    BadInput
        Where the spec has an argument.
    """
    if inputs.argument:
        raise BadInput(f"the engine local takes no argument, and {inputs.argument!r} was given", "engine")
    return LocalEngine(inputs.model, inputs.table, inputs.base, inputs.rationale)


class _SoftTokens:
    """Soft tokens of a catalogue's items, made where they are first read."""

    def __init__(self, model: RecLM, table: ItemTable, kept: Mapping[int, Any] | None = None) -> None:
        self._model, self._table, self._lock = model, table, Lock()
        self._kept: dict[int, Any] = dict(kept or {})

    def over(self, table: ItemTable, changed: Sequence[int]) -> "_SoftTokens":
        """Those of the catalogue with other items in the rows `changed`."""
        if table.graph is not None:  # a neighbour may be what has changed
            return _SoftTokens(self._model, table)
        gone = {*changed}
        with self._lock:
            kept = {row: own for row, own in self._kept.items() if row < len(table) and row not in gone}
        return _SoftTokens(self._model, table, kept)

    def of(self, rows: Sequence[int]) -> Any:
        """`(rows, K, hidden + shared)` float32, on the model's device."""
        import torch

        with self._lock:
            found = {row: self._kept[row] for row in rows if row in self._kept}
        new = [row for row in rows if row not in found]
        if new:
            found |= self._made(new)
            self._keep(found)
        return torch.stack([found[row] for row in rows])

    def _made(self, rows: Sequence[int]) -> dict[int, Any]:
        """Those of some rows and of their neighbours in row order.

        An item is always read at the same place of a batch of the same size, whatever was asked before: so every
        process has the same bits of it.
        """
        items = len(self._table)
        if self._table.graph is not None:  # every reading is of the whole catalogue
            return dict(enumerate(soft_tokens(self._model, self._table)))
        made: dict[int, Any] = {}
        for start in sorted({row // READ_AT_ONCE * READ_AT_ONCE for row in rows}):
            block = [min(row, items - 1) for row in range(start, start + READ_AT_ONCE)]
            tokens = soft_tokens(self._model, self._table, block)
            made |= dict(zip(range(start, items), tokens, strict=False))
        return made

    def _keep(self, found: Mapping[int, Any]) -> None:
        most = max(KEPT_SOFT_TOKENS, len(self._table) if self._table.graph is not None else 0)
        with self._lock:
            for row, own in found.items():
                self._kept.pop(row, None)
                self._kept[row] = own
            for row in list(self._kept)[: max(0, len(self._kept) - most)]:
                del self._kept[row]


class _Reader:
    """Tokenizes the words of prompts under a lock: a tokenizer in two threads at once fails ("already borrowed")."""

    def __init__(self, words: PromptWords) -> None:
        self._words, self._lock = words, Lock()
        self.before = words.before

    def query_tokens(self, query: str) -> tuple[int, ...]:
        with self._lock:
            return self._words.query_tokens(query)


class _Writer:
    """The whole LLM with the rationale adapter and a tokenizer of its own, loaded at the first call."""

    def __init__(self, base: Path, rationale: Path | None, ranking: RecLM | None) -> None:
        self.base, self.rationale, self._lock = base, rationale, Lock()
        self._ranking = ranking

    def generate(self, prompts: Sequence[str], seed: int) -> list[str]:
        if self.rationale is None:
            return [""] * len(prompts)
        with self._lock:  # the seed is the process's, too
            return self._generate(prompts, seed)

    def _generate(self, prompts: Sequence[str], seed: int) -> list[str]:
        import torch

        tokenizer = self._tokenizer
        tokenizer.padding_side = "left"
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
        encoded = tokenizer(list(prompts), return_tensors="pt", padding=True, add_special_tokens=False)
        options: dict[str, Any] = {"do_sample": seed > 0}
        if seed > 0:
            torch.manual_seed(seed)
            options["temperature"] = TEMPERATURE
        if len(prompts) == 1:
            # Several guessed tokens are checked in one step (prompt lookup decoding, Saxena 2023): half the time of a
            # sentence. transformers does it for one text at a time.
            options["prompt_lookup_num_tokens"] = LOOKUP_TOKENS
        with torch.inference_mode():
            generated = self._model.generate(
                **encoded,
                max_new_tokens=MAX_NEW_TOKENS,
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=tokenizer.eos_token_id,
                **options,
            )
        width = encoded["input_ids"].shape[1]
        return [str(tokenizer.decode(row[width:], skip_special_tokens=True)) for row in generated]

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.base)

    @cached_property
    def _model(self) -> Any:
        import torch

        assert self.rationale is not None  # `generate` writes nothing without one
        model = merged_writer(self.base, self.rationale)
        if not torch.cuda.is_available():
            # Twice the words a second on a CPU; greedy text differs in a few words from float32.
            if "fbgemm" in torch.backends.quantized.supported_engines:
                # The default engine compiles a kernel for every new length: minutes before the first sentence.
                torch.backends.quantized.engine = "fbgemm"
            # In place: weights in float32 go one by one as those in int8 come, and there is no second copy of them all.
            model = torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
        self._share_embedding(model)
        return_freed_memory()
        return model.eval()

    def _share_embedding(self, model: Any) -> None:
        """Read words by the vectors that the ranking layers have already, where they are the same."""
        import torch

        if self._ranking is None:  # an engine that only writes
            return
        own = model.get_input_embeddings()
        held: Any = self._ranking.backbone.get_input_embeddings().weight  # type: ignore[operator]
        if held.dtype == own.weight.dtype and held.device == own.weight.device and torch.equal(held, own.weight):
            own.weight = held

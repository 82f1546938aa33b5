"""What a pipeline is opened with that no checkpoint fixes: index, engine, candidate sources, verifier."""

import json
from pathlib import Path

from pydantic import Field

from llmrec.catalog import Catalog
from llmrec.catalog.types import Repeats
from llmrec.config import Config
from llmrec.engine.base import CatalogueEngine, EngineInputs
from llmrec.paths import adapter_folder
from llmrec.rationale.write import Writer
from llmrec.registry import BUILT_IN, Kind, make, resolve
from llmrec.retrieval.candidates import CandidateSource, SourceInputs
from llmrec.retrieval.index import Index, IndexInputs
from llmrec.verification import RuleVerifier, Verifier
from llmrec.verification.verifier import PluggedVerifier


class PipelineConfig(Config):
    """Names or import paths of the parts, as `llmrec.registry.resolve` takes them.

    Examples
    --------
    >>> PipelineConfig(index="exact").candidates
    ('index', 'content', 'words', 'terms', 'example', 'complements', 'neighbours', 'history', 'popular', 'new')
    """

    index: str = "chroma"
    """Where the item vectors lie: chroma, exact (every item is scored), or one of your own. What follows `?` is passed
    on to it: `chroma?http://127.0.0.1:8000` is a Chroma server, `chroma?ef=800` looks further than the default (see
    `llmrec doctor --index`)."""
    engine: str = "local"
    """Where the LLM runs: local, vllm (`vllm?RANK_URL,WRITE_URL`; of several `vllm?RANK_URL,RANK_URL;WRITE_URL`), or
    one of your own, which gets what follows `?`."""
    candidates: tuple[str, ...] = Field(
        default=(
            "index", "content", "words", "terms", "example", "complements", "neighbours", "history", "popular", "new",
        ),
        min_length=1,
    )  # fmt: skip
    """The sources whose proposals are ranked: index (the nearest items by query vector), content, words and example
    (the nearest by media to the newest history items, to the query, to the example), terms (items that have the query's
    words), complements (of what goes with an item), neighbours (of the history in the item-item model), history (where
    things are taken again), popular, new (items that nobody has chosen yet), and your own."""
    verifier: str = "rules"
    """What decides which sentences of the LLM reach a user: rules, entailment (rules, and a small model for what they
    leave open: more true sentences pass, and some false ones), or one of your own."""

    writer: Writer = "rules"
    """Who writes reasons: rules (what the item is, why for this person, and what its own text says; a third of a second
    for a list), or llm (the LLM, some three seconds for a list on two cores; what does not hold is written by rule)."""

    def check(self) -> None:
        """Refuse names that nothing has, before anything is loaded.

        Raises
        ------
        UnknownPlugin
            Where there is no such part.
        """
        specs: list[tuple[Kind, str]] = [
            ("index", self.index), ("engine", self.engine), ("verifier", self.verifier),
            *(("candidate_source", name) for name in self.candidates),
        ]  # fmt: skip
        for kind, spec in specs:
            name = spec.partition("?")[0]
            if name not in BUILT_IN[kind]:
                resolve(kind, name)

    def open_index(self, inputs: IndexInputs) -> Index:
        """Open the index, or build it.

        Parameters
        ----------
        inputs
            What it is made of; its `argument` is that of the spec.

        Returns
        -------
        Index

        Raises
        ------
        UnknownPlugin
            Where there is no such index.
        BadInput
            Where what has the name makes none.
        """
        name, _, argument = self.index.partition("?")
        index: Index = make("index", name, inputs.with_argument(argument), needs=("items", "query", "close"))
        return index

    def open_engine(self, inputs: EngineInputs) -> CatalogueEngine:
        """Open the engine.

        Parameters
        ----------
        inputs
            What it runs; its `argument` is that of the spec.

        Returns
        -------
        CatalogueEngine

        Raises
        ------
        UnknownPlugin
            Where there is no such engine.
        BadInput
            Where what has the name makes none.
        """
        name, _, argument = self.engine.partition("?")
        engine: CatalogueEngine = make(
            "engine", name, inputs.with_argument(argument), needs=("query_vectors", "generate", "over")
        )
        return engine

    def sources(self, inputs: SourceInputs) -> tuple[CandidateSource, ...]:
        """Make the candidate sources.

        Parameters
        ----------
        inputs
            What they propose from.

        Returns
        -------
        tuple of CandidateSource
            In the order of `candidates`.

        Raises
        ------
        UnknownPlugin
            Where there is no such source.
        BadInput
            Where what has a name makes none.
        """
        return tuple(make("candidate_source", name, inputs, needs=("candidates",)) for name in self.candidates)

    def make_verifier(self, catalog: Catalog) -> Verifier:
        """Make the verifier.

        Parameters
        ----------
        catalog
            The catalogue, as explanations speak of it.

        Returns
        -------
        Verifier

        Raises
        ------
        UnknownPlugin
            Where there is no such verifier.
        BadInput
            Where what has the name makes none.
        """
        verifier: Verifier = make("verifier", self.verifier, catalog, needs=("verify",))
        return verifier if isinstance(verifier, RuleVerifier) else PluggedVerifier(verifier)


def kept_repeats(adapter: Path | str | None) -> Repeats:
    """How a catalogue is read for an adapter: with repeats where it was trained to recommend again what was taken.

    Parameters
    ----------
    adapter
        Its folder, or the name of a shipped one; what is wrong with it shows when it is opened.
    """
    try:
        manifest = json.loads((adapter_folder(adapter or "ml-100k") / "checkpoint.json").read_text(encoding="utf-8"))
        return "keep" if manifest["provenance"]["recipe"]["repeats"] == "keep" else "first"
    except (OSError, ValueError, LookupError, TypeError):
        return "first"

"""Plug-ins by name.

Kinds are encoders, fusions, candidate sources, score components, indexes, engines, readers, verifiers and baselines.

A *spec* is what an option or a config field holds. It is one of

- the name of a part of llmrec (`concat`, `chroma`, `local`, …);
- a name given with `register` in this process;
- a name that an installed package declares as an entry point of the kind's group (see `GROUPS`)::

      [project.entry-points."llmrec.fusions"]
      my-fusion = "my_pkg.fusions:MyFusion"

- an import path, `package.module:Name` or `package.module.Name`.

Nothing is imported before it is asked for: `resolve` imports the one part that the spec names.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points, packages_distributions, version
from operator import attrgetter
from typing import Any, Literal, TypeVar, get_args

from llmrec.errors import BadInput, LlmrecError, PluginError, UnknownPlugin

Kind = Literal[
    "encoder", "fusion", "candidate_source", "score_component", "index", "engine", "reader", "verifier", "baseline"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
Target = TypeVar("Target")

GROUPS: Mapping[Kind, str] = {
    "encoder": "llmrec.encoders",
    "fusion": "llmrec.fusions",
    "candidate_source": "llmrec.candidate_sources",
    "score_component": "llmrec.score_components",
    "index": "llmrec.indexes",
    "engine": "llmrec.engines",
    "reader": "llmrec.readers",
    "verifier": "llmrec.verifiers",
    "baseline": "llmrec.baselines",
}
"""Kind -> the entry-point group in which packages declare theirs."""

BUILT_IN: Mapping[Kind, Mapping[str, str]] = {
    "encoder": {},  # `llmrec.encoders.registry` has a grammar of its own for these
    "fusion": {
        "concat": "llmrec.fusion.weighted:ConcatFusion",
        "weighted": "llmrec.fusion.weighted:WeightedFusion",
        "late": "llmrec.fusion.weighted:LateFusion",
        "attention": "llmrec.fusion.attention:AttentionFusion",
        "resampler": "llmrec.fusion.resampler:ResamplerFusion",
        "graph": "llmrec.fusion.graph:GraphFusion",
        "recurrent": "llmrec.fusion.attention:RecurrentFusion",
    },
    "candidate_source": {
        "index": "llmrec.retrieval.sources:IndexSource",
        "content": "llmrec.retrieval.sources:ContentSource",
        "words": "llmrec.retrieval.sources:WordsSource",
        "terms": "llmrec.retrieval.sources:TermsSource",
        "example": "llmrec.retrieval.sources:ExampleSource",
        "complements": "llmrec.retrieval.sources:ComplementSource",
        "neighbours": "llmrec.retrieval.sources:NeighbourSource",
        "history": "llmrec.retrieval.sources:HistorySource",
        "popular": "llmrec.retrieval.sources:PopularSource",
        "new": "llmrec.retrieval.sources:NewSource",
    },
    "score_component": {},  # llmrec's own are always there (see `llmrec.ranking.components`)
    "index": {"chroma": "llmrec.retrieval.sharded:open_chroma", "exact": "llmrec.retrieval.index:open_exact"},
    "engine": {"local": "llmrec.engine.local:open_local", "vllm": "llmrec.engine.vllm:open_vllm"},
    "reader": {  # in the order in which they are tried
        "movielens-100k": "llmrec.catalog.layouts:movielens_100k",
        "movielens-1m": "llmrec.catalog.layouts:movielens_1m",
        "movielens-latest": "llmrec.catalog.layouts:movielens_latest",
        "recbole": "llmrec.catalog.layouts:recbole",
        "hm": "llmrec.catalog.layouts:hm",
        "mind": "llmrec.catalog.published:mind",
        "amazon": "llmrec.catalog.published:amazon",
        "goodreads": "llmrec.catalog.published:goodreads",
        "yelp": "llmrec.catalog.published:yelp",
        "retailrocket": "llmrec.catalog.published:retailrocket",
        "steam": "llmrec.catalog.published:steam",
        "steam-reviews": "llmrec.catalog.published:steam_reviews",
        "datasets": "llmrec.catalog.published:saved_datasets",
        "generic": "llmrec.catalog.layouts:generic",
    },
    "verifier": {
        "entailment": "llmrec.verification.verifier:EntailmentVerifier",
        "rules": "llmrec.verification.verifier:RuleVerifier",
    },
    "baseline": {
        "popularity": "llmrec.baselines.counts:Popularity",
        "own-popularity": "llmrec.baselines.counts:OwnPopularity",
        "item-knn": "llmrec.baselines.counts:ItemKNN",
        "ease": "llmrec.baselines.linear:Ease",
        "als": "llmrec.baselines.linear:Als",
        "pure-svd": "llmrec.baselines.linear:PureSvd",
        "content-knn": "llmrec.baselines.content:ContentKNN",
        "sasrec": "llmrec.baselines.sasrec:SasRec",
        "hybrid": "llmrec.baselines.fusion:Hybrid",
        "early-fusion": "llmrec.baselines.multimodal:EarlyFusion",
        "weighted-fusion": "llmrec.baselines.multimodal:WeightedFusion",
        "vit-fusion": "llmrec.baselines.multimodal:VitFusion",
        "bert-resnet-lstm": "llmrec.baselines.multimodal:BertResnetLstm",
        "encoder-decoder": "llmrec.baselines.multimodal:EncoderDecoder",
    },
}
"""Kind -> name -> import path of llmrec's own parts."""

_REGISTERED: dict[Kind, dict[str, Any]] = {kind: {} for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Plugin:
    """A part from outside llmrec that a checkpoint needs.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    spec : str
        What `resolve` takes.
    package : str
        Distribution that provides it, as ``name==version``; empty where it belongs to none.
    """

    kind: Kind
    spec: str
    package: str = ""


def register(kind: Kind, name: str) -> Callable[[Target], Target]:
    """Decorate a class or function so that `name` stands for it in this process.

    Parameters
    ----------
    kind : str
        One of `KINDS`; `docs/how-to/plugins.md` shows the protocol of each.
    name : str
        A word without dot, colon, ``#`` or white space that is not the name of a part of llmrec.

    Returns
    -------
    callable
        Returns what it decorates.

    Raises
    ------
    BadInput
        Where the kind is unknown, or the name is taken or of another form.

    Notes
    -----
    Other processes do not see the name: a checkpoint remembers the import path of what was registered, and the name
    alone where it was defined in a notebook or a script.

    Examples
    --------
    >>> from llmrec import registry
    >>> @registry.register("verifier", "lenient")
    ... class Lenient:
    ...     pass
    >>> registry.resolve("verifier", "lenient") is Lenient
    True
    """
    _check_kind(kind)
    if not name or set(name) & set(".:#?") or name.split() != [name]:
        raise BadInput(f"{name!r} is no name of a plug-in; use a word without dot, colon, '#', '?' or white space")

    def keep(target: Target) -> Target:
        known = _REGISTERED[kind].get(name)
        if name in BUILT_IN[kind] or (known is not None and _path_of(known) != _path_of(target)):
            raise BadInput(f"`name` {name!r} is that of another {_words(kind)}; choose another name")
        _REGISTERED[kind][name] = target  # a notebook's cell that is run again replaces what it registered
        return target

    return keep


def resolve(kind: Kind, spec: str) -> Any:
    """The class or function that a spec names.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    spec : str
        A name, or an import path `package.module:Name` or `package.module.Name`.

    Returns
    -------
    callable
        What the spec names, imported.

    Raises
    ------
    UnknownPlugin
        Where nothing has that name, or it cannot be imported; the message lists the names that are known.

    Examples
    --------
    >>> from llmrec.registry import resolve
    >>> resolve("fusion", "concat").__name__
    'ConcatFusion'
    """
    _check_kind(kind)
    if spec in _REGISTERED[kind]:
        return _REGISTERED[kind][spec]
    if path := BUILT_IN[kind].get(spec):
        return _imported(kind, spec, path)
    declared = _declared(kind, spec)
    if declared is not None:
        return _imported(kind, spec, declared.value)
    if not is_path(spec):
        raise UnknownPlugin(
            f"there is no {_words(kind)} {spec!r}; known are {', '.join(names(kind)) or 'none'}, and one of your own "
            f"goes by its import path (package.module.Name), an entry point of {GROUPS[kind]}, or `llmrec.register`"
        )
    return _imported(kind, spec, spec)


def make(kind: Kind, spec: str, *inputs: Any, needs: Iterable[str] = ()) -> Any:
    """What the class or function that a spec names makes of its inputs.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    spec : str
        What `resolve` takes.
    *inputs
        What it is called with.
    needs : iterable of str
        Attributes and methods that the kind's protocol has.

    Returns
    -------
    object
        A part of the kind.

    Raises
    ------
    UnknownPlugin
        As `resolve` does.
    BadInput
        Where a plug-in fails while it is made, or lacks one of `needs`.

    Examples
    --------
    >>> make("verifier", "rules", None, needs=("verify",))  # doctest: +ELLIPSIS
    <llmrec.verification.verifier.RuleVerifier object at ...>
    """
    target, what = resolve(kind, spec), f"{_words(kind)} {spec!r}"
    try:
        part = target(*inputs)
    except Exception as error:
        if spec in BUILT_IN[kind] or isinstance(error, LlmrecError):
            raise
        raise BadInput(
            f"{what} cannot be made ({type(error).__name__}: {error}); its package has to be mended"
        ) from error
    lacks = [name for name in needs if not hasattr(part, name)]
    if lacks:
        raise BadInput(
            f"{what} makes a {type(part).__name__}, which has no {', no '.join(f'`{name}`' for name in lacks)}; "
            "docs/how-to/plugins.md shows what a part of this kind has"
        )
    return part


@contextmanager
def working(kind: Kind, part: object) -> Iterator[None]:
    """While a part works: what a plug-in raises becomes a sentence that names it.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    part : object
        The part; errors of llmrec's own parts pass as they are.

    Raises
    ------
    PluginError
        Where the plug-in raises anything but an `LlmrecError`.

    Examples
    --------
    >>> class Broken:
    ...     __module__ = "my_package"
    ...     def verify(self, text, grounds):
    ...         return text.claims
    >>> with working("verifier", Broken()):  # doctest: +ELLIPSIS
    ...     Broken().verify("A warm scarf.", None)
    Traceback (most recent call last):
        ...
    llmrec.errors.PluginError: verifier Broken fails (AttributeError: 'str' object has no attribute 'claims'); ...
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, LlmrecError) or type(part).__module__.partition(".")[0] == __name__.partition(".")[0]:
            raise
        raise PluginError(
            f"{_words(kind)} {type(part).__name__} fails ({type(error).__name__}: {error}); its package has to be "
            "mended"
        ) from error


def names(kind: Kind) -> tuple[str, ...]:
    """All names that `resolve` knows, without import paths.

    Parameters
    ----------
    kind : str
        One of `KINDS`.

    Returns
    -------
    tuple of str
        llmrec's own first, then those registered here, then those of installed packages.
    """
    _check_kind(kind)
    declared = sorted({point.name for point in entry_points(group=GROUPS[kind])})
    return tuple(dict.fromkeys((*BUILT_IN[kind], *_REGISTERED[kind], *declared)))


def plugged(kind: Kind, spec: str) -> Plugin | None:
    """What a checkpoint has to remember of a part that llmrec does not have itself.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    spec : str
        What `resolve` takes.

    Returns
    -------
    Plugin or None
        With a spec that holds in other processes, and the package that provides it; None for llmrec's own parts.

    Raises
    ------
    UnknownPlugin
        As `resolve` does.
    """
    if spec in BUILT_IN[kind]:
        return None
    target, registered = resolve(kind, spec), spec in _REGISTERED[kind]
    point = None if registered else _declared(kind, spec)
    if point is not None and point.dist is not None:
        return Plugin(kind, spec, f"{point.dist.name}=={point.dist.version}")
    path = _path_of(target) if registered else spec
    if path.startswith("__main__:") or "<locals>" in path:
        return Plugin(kind, spec)  # of a notebook or a script: nothing imports it, but it can be registered again
    top = path.partition(":")[0].partition(".")[0]
    distribution = next(iter(packages_distributions().get(top, ())), "")
    return Plugin(kind, path, f"{distribution}=={version(distribution)}" if distribution else "")


def registered(kind: Kind, name: str) -> Any | None:
    """What `register` gave a name in this process.

    Parameters
    ----------
    kind : {"encoder", "fusion", "candidate_source", "score_component", "index", "engine", "reader", "verifier"}
        What it is.
    name : str
        Its name.

    Returns
    -------
    callable or None
        None where nothing was registered under the name.
    """
    return _REGISTERED[kind].get(name)


def is_path(spec: str) -> bool:
    """Whether a spec has the form of an import path.

    Parameters
    ----------
    spec : str
        What an option or a config field holds.

    Returns
    -------
    bool
        True for `package.module:Name` and `package.module.Name`.
    """
    module, colon, name = spec.partition(":") if ":" in spec else spec.rpartition(".")
    return bool(colon) and all(part.isidentifier() for part in (*module.split("."), *name.split(".")))


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise BadInput(f"there is no kind of plug-in {kind!r}; kinds are {', '.join(KINDS)}")


def _words(kind: Kind) -> str:
    return kind.replace("_", " ")


def _path_of(target: Any) -> str:
    """`package.module:Name` of a class, function or instance."""
    named = target if hasattr(target, "__qualname__") else type(target)
    return f"{named.__module__}:{named.__qualname__}"


def _declared(kind: Kind, name: str) -> EntryPoint | None:
    """The entry point of that name; raises `UnknownPlugin` where packages disagree on it."""
    found = {point.value: point for point in entry_points(group=GROUPS[kind]) if point.name == name}
    if len(found) > 1:
        packages = " and ".join(sorted(point.dist.name if point.dist else value for value, point in found.items()))
        raise UnknownPlugin(
            f"{packages} both declare the {_words(kind)} {name!r}; name yours by its import path: "
            f"{' or '.join(sorted(found))}"
        )
    return next(iter(found.values()), None)


def _imported(kind: Kind, spec: str, path: str) -> Any:
    module, _, name = path.partition(":") if ":" in path else path.rpartition(".")
    said = f"{_words(kind)} {spec!r}"
    try:
        found = attrgetter(name)(importlib.import_module(module))
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing not in _prefixes(module):
            raise UnknownPlugin(f"{said} needs the package {missing}, which is not installed") from error
        raise UnknownPlugin(
            f"{said} cannot be imported (there is no module {missing}); install the package that holds it, or put "
            "its folder on PYTHONPATH"
        ) from error
    except AttributeError as error:
        raise UnknownPlugin(f"{said} cannot be imported ({error}); name a class or function of {module}") from error
    except Exception as error:  # whatever its module raises while it is imported
        raise UnknownPlugin(
            f"{said} cannot be imported ({type(error).__name__}: {error}); its package has to be mended"
        ) from error
    if not callable(found):
        raise UnknownPlugin(f"{said} is neither a class nor a function (but {type(found).__name__})")
    return found


def _prefixes(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[: n + 1]) for n in range(len(parts)))

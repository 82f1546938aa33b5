"""`llmrec.evaluate`: adapters and baselines on the same held-out events of one catalogue.

Every model answers each held-out event with a list of 20 items, ranked over the whole catalogue; all figures come from
these lists, which are kept in the referee's format where a folder is given. A baseline is fitted on the train part with
each configuration of its grid; the one with the best NDCG@10 on valid is asked for test, once.
"""

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llmrec import __version__
from llmrec import baselines as named
from llmrec.baselines.base import Baseline, encoded
from llmrec.catalog.feedback import Feedback
from llmrec.catalog.types import Catalog, Repeats
from llmrec.errors import BadInput, LlmrecError, PluginError, StorageError
from llmrec.evaluation.leakage import Leakage, leakage
from llmrec.evaluation.metrics import UndefinedMetric, mask_seen, ndcg, ranks_in, tie_order, top_rows, user_means
from llmrec.evaluation.result import LISTED, Evaluation, Kind, ModelResult, measure
from llmrec.evaluation.splits import Event, Split, events_digest, make_split, rolling_events, save_split
from llmrec.feedback_rule import read_feedback
from llmrec.provenance import made_with
from llmrec.registry import working

if TYPE_CHECKING:
    from llmrec.encoders import Features
    from llmrec.model.checkpoint import Checkpoint
    from llmrec.train.config import TrainConfig

BASELINES = ("popularity", "item-knn", "ease", "content-knn", "sasrec")
TRAINED = "llmrec"
"""Name of the adapter that an evaluation trains itself."""
BATCH_NUMBERS = 20_000_000
"""Scores held at once: events x items."""
Lists = list[list[int]]
Progress = Callable[[str, int, int], None]
"""Told what is done, how many steps of it, and of how many (0: not known)."""


def evaluate(
    catalog: "Catalog | Path | str",
    adapters: "Sequence[Path | str]" = (),
    baselines: Sequence[str] = BASELINES,
    split: "str | Path | Split" = "rolling",
    *,
    out: "Path | str | None" = None,
    train: "bool | TrainConfig" = False,
    tune: bool = True,
    seed: int = 0,
    progress: Progress | None = None,
    reader: str | None = None,
    positive: str = "all",
    repeats: Repeats = "first",
) -> Evaluation:
    """Compare adapters with baselines on the held-out events of a catalogue.

    Parameters
    ----------
    catalog : Catalog, Path or str
        A catalogue, or its folder.
    adapters : sequence of Path or str
        Trained checkpoints: folders, or names of shipped ones. One that has learnt from the test events is marked
        (`ModelResult.trust`) and compared with nobody.
    baselines : sequence of str
        Names as `llmrec.baselines.baseline` takes them; `a+b` is the weighted pair of two.
    split : str, Path or Split
        `rolling`, `loo`, the path of a file of `llmrec split`, or a split.
    out : Path or str, optional
        Folder that gets `evaluation.json`, `.md`, `.png`, the split and the lists of every model. What lies in it
        already of the same data, split and configuration is not made again.
    train : bool or TrainConfig
        Whether an adapter is trained on this split first, in `out`/adapter: minutes on a GPU, hours on a CPU. True
        stands for the usual recipe without sentences. It is called `llmrec` in the table.
    tune : bool
        Whether baselines choose their configuration on valid; otherwise each has its usual one.
    seed : int
        Of baselines in which chance plays a part.
    progress : callable, optional
        Told what is going on.
    reader : str, optional
        Name or import path of the reader of the folder `catalog`.
    positive : str
        Which held-out events are asked for: `all`; `mean`, those whose rating is not below the user's mean; or a filter
        such as `rating>=4` (see `llmrec.feedback_rule`). An adapter that is trained here learns by the same rule.
    repeats : {"first", "keep"}
        Of the folder `catalog`: whether of a user's events with one item the first counts, or all do; then what was
        taken may be asked for and recommended again.

    Returns
    -------
    Evaluation
        A model that cannot be evaluated on this catalogue is in its `skipped`.

    Raises
    ------
    BadInput, CatalogError, BadSplit
        Where the catalogue or the split is wrong, a name is unknown, or there is nothing to evaluate.
    StorageError
        Where `out` cannot be written.

    Examples
    --------
    >>> import llmrec
    >>> catalog = llmrec.Catalog.read("shop")  # doctest: +SKIP
    >>> llmrec.evaluate(catalog, baselines=["popularity", "ease"]).to_pandas()["ndcg@10"]  # doctest: +SKIP
    """
    folder = None if isinstance(catalog, Catalog) else Path(catalog)
    if not isinstance(catalog, Catalog):
        catalog = Catalog.read(catalog, reader=reader, repeats=repeats)
    for field_name, value in (("adapters", adapters), ("baselines", baselines)):
        if isinstance(value, str | Path):
            raise BadInput(f"`{field_name}` is {str(value)!r}; pass a list of names", field_name)
        names = [str(name) for name in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise BadInput(f"`{field_name}` names {twice[0]!r} more than once; name it once", field_name)
    if not adapters and not baselines and not train:
        raise BadInput("there is nothing to evaluate; name `adapters` or `baselines`")
    parts = make_split(catalog, split)
    told = progress or (lambda _what, _done, _total: None)
    for name in baselines:  # what is unknown is refused before hours of work
        named.baseline(name)
    for adapter in adapters:
        _checkpoint(adapter)
    with TemporaryDirectory(prefix="llmrec-evaluate-") as scratch:
        kept = Path(out) if out is not None else Path(scratch)
        feedback = read_feedback(catalog, positive)
        run = _Run(catalog, folder, parts, kept, seed, tune, told, feedback)
        models, skipped = [], {}
        for name, make in [
            *([(TRAINED, _trained(run, train, positive))] if train else []),
            *((_label(adapter), _adapter(run, adapter)) for adapter in adapters),
            *((name, _baseline(run, name)) for name in baselines),
        ]:
            try:
                models.append(make())
            except LlmrecError as error:
                skipped[name] = str(error)
        if not models:
            raise BadInput("nothing could be evaluated: " + "; ".join(f"{n}: {why}" for n, why in skipped.items()))
        models.sort(key=lambda model: (model.trust == "leaks", -model.metrics["ndcg@10"].value))
        found = Evaluation(run.about(_split_words(split)), tuple(models), skipped)
        if out is not None:
            found.save(kept)
    return found


@dataclass(eq=False)
class _Run:
    """What all models of one evaluation share."""

    catalog: Catalog
    folder: Path | None
    split: Split
    out: Path
    seed: int
    tune: bool
    told: Progress
    feedback: Feedback
    features: "dict[str, Features]" = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = [item.id for item in self.catalog.items]
        self.order = tie_order(ids)
        self.events = {at: rolling_events(self.catalog, self.split, at, self.feedback) for at in ("valid", "test")}
        if not self.events["test"]:
            by_rule = f" that is positive ({self.feedback.rule})" if self.feedback.others else ""
            raise BadInput(f"the split holds no test event{by_rule}; make one with `llmrec split`")
        train = [self.catalog.rows(items) for items in self.split.train.values()]
        self.takers: NDArray[np.intp] = np.bincount([row for rows in train for row in rows], minlength=len(ids))
        self.users = sum(map(bool, train))
        asked = {user: (*self.split.valid[user], *self.split.test[user]) for user in self.split.train}
        words = "\n".join(item.text() for item in self.catalog.items)
        parts = [__version__, events_digest({"items": ids, **self.split.train}), events_digest(asked), words]
        if self.catalog.repeats:
            parts.append("repeats are kept")
        if self.feedback.others:
            parts.append(events_digest({user: sorted(items) for user, items in self.feedback.others.items()}))
        self.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
        try:
            (self.out / "rankings").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"the folder {self.out} cannot be made ({error.strerror}); pass another `out`"
            ) from error
        save_split(self.split, self.out / "split.jsonl")

    def about(self, split: str) -> dict[str, Any]:
        """Of the whole evaluation."""
        cold = sum(self.takers[event.target] == 0 for event in self.events["test"])
        return {
            "data": self.catalog.name,
            "split": split,
            "seed": self.seed,
            "items": len(self.catalog.items),
            "users": len({event.user for event in self.events["test"]}),
            "events": len(self.events["test"]),
            "cold events": int(cold),
            **({"positive": self.feedback.rule} if self.feedback.others else {}),
            **({"repeats": "keep"} if self.catalog.repeats else {}),
            **made_with(),
        }

    def record(self, name: str) -> "_Record":
        """What is kept of one model."""
        return _Record(self.out / "rankings" / f"{_slug(name)}.json", self.fingerprint)

    def result(self, name: str, kind: Kind, lists: Lists, **more: Any) -> ModelResult:
        """Measured."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UndefinedMetric)  # without cold or warm events the table has a dash
            metrics, per_user = measure(lists, self.events["test"], self.takers, self.users)
        return ModelResult(name, kind, metrics, per_user, **more)


class _Record:
    """Results of one model in a file: its test lists, and what each configuration reached on valid."""

    def __init__(self, file: Path, fingerprint: str) -> None:
        self.file, self.lists = file, file.with_suffix(".jsonl")
        self.found: dict[str, Any] = {"fingerprint": fingerprint, "valid": {}, "seconds": 0.0}
        try:
            stored = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if stored.get("fingerprint") == fingerprint:
            self.found = stored

    def write(self, **more: Any) -> None:
        """Keeps `more` beside what is there."""
        self.found |= more
        partial = self.file.with_suffix(".partial")
        try:
            partial.write_text(json.dumps(self.found, indent=1), encoding="utf-8")
            partial.replace(self.file)
        except OSError as error:
            raise StorageError(f"{self.file} cannot be written ({error.strerror}); pass another `out`") from error

    def ranked(self, key: str) -> bool:
        """Whether the lists are there, by what `key` describes."""
        return bool(self.found.get("ranked") == key and self.lists.exists())


def _baseline(run: _Run, name: str) -> Callable[[], ModelResult]:
    def make() -> ModelResult:
        record, grid = run.record(name), _grid(run, name)
        reached: dict[str, float] = record.found["valid"]
        fitted: dict[str, Baseline] = {}
        for n, config in enumerate(grid if len(grid) > 1 else []):
            key = _key(config, run.seed)
            if key in reached:
                continue
            start = time.perf_counter()
            model = _fit(run, name, config, f"{name}, configuration {n + 1} of {len(grid)}")
            reached[key] = _valid_ndcg(run, model)
            if reached[key] == max(reached.values()):
                fitted = {key: model}
            record.write(valid=reached, seconds=record.found["seconds"] + time.perf_counter() - start)
        best = max(grid, key=lambda config: reached.get(_key(config, run.seed), 0.0))
        key = _key(best, run.seed)
        if not record.ranked(key):
            start = time.perf_counter()
            model = fitted.get(key) or _fit(run, name, best, name)
            spent = time.perf_counter() - start
            start = time.perf_counter()
            lists = _lists(run, model, "test", name)
            _write_lists(record.lists, lists, run)
            record.write(
                seconds=record.found["seconds"] + spent,
                ranked=key,
                rank_seconds=time.perf_counter() - start,
                config=_told_config(model, best),
            )
        return run.result(
            name,
            "baseline",
            _read_lists(record.lists, run),
            config=record.found["config"],
            valid=reached.get(key, float("nan")),
            seconds={"fit": record.found["seconds"], "rank": record.found["rank_seconds"]},
        )

    return make


def _trained(run: _Run, asked: "bool | TrainConfig", positive: str) -> Callable[[], ModelResult]:
    def make() -> ModelResult:
        from llmrec.train.config import RationaleConfig, TrainConfig
        from llmrec.train.logs import TrainEvent
        from llmrec.train.run import train

        def report(event: TrainEvent) -> None:
            run.told(f"{TRAINED}: training", event.step, event.steps)

        usual = TrainConfig(seed=run.seed, rationale=RationaleConfig(pairs=0))
        config = asked if isinstance(asked, TrainConfig) else usual
        changed: dict[str, Any] = {"split": str(run.out / "split.jsonl")}
        changed |= ({"positive": positive} if positive != "all" else {}) | (
            {"repeats": "keep"} if run.catalog.repeats else {}
        )
        config = config.model_copy(update=changed)
        folder = run.out / "adapter"
        if not _learnt(run, folder, config.positive):
            train(run.folder or run.catalog, folder, config, report=report)
        return _adapter(run, folder, TRAINED)()

    return make


def _learnt(run: _Run, folder: Path, positive: str) -> bool:
    """Whether a checkpoint lies there that was trained on this split, by this rule."""
    try:
        found = _checkpoint(folder)
    except LlmrecError:
        return False
    about = found.info.provenance
    same_rule = about.get("recipe", {}).get("positive", "all") == positive
    return same_rule and bool(about.get("training digest") == events_digest(run.split.train))


def _adapter(run: _Run, adapter: "Path | str", called: str | None = None) -> Callable[[], ModelResult]:
    def make() -> ModelResult:
        from llmrec.model.catalog_match import catalog_match
        from llmrec.model.checkpoint import identity
        from llmrec.ranking_file import write_ranking
        from llmrec.recommender import Recommender

        name, checkpoint = called or _label(adapter), _checkpoint(adapter)
        seen = leakage(checkpoint.info.provenance, run.catalog, run.split)
        record, key = run.record(name), identity(checkpoint)
        if not record.ranked(key):
            run.told(f"{name}: opening", 0, 0)
            start = time.perf_counter()
            recommender = Recommender.from_pretrained(checkpoint.folder, run.folder or run.catalog, catalog=run.catalog)
            opened = time.perf_counter() - start
            run.told(f"{name}: ranking", 0, len(run.events["test"]))
            start = time.perf_counter()
            write_ranking(recommender, run.out / "split.jsonl", "test", record.lists)
            record.write(ranked=key, opened=opened, rank_seconds=time.perf_counter() - start)
        about = checkpoint.info.provenance
        return run.result(
            name,
            "adapter",
            _read_lists(record.lists, run),
            config={"checkpoint": key, "trained on": str(about.get("machine", ""))},
            seconds={"fit": float(about.get("seconds", float("nan"))), "rank": record.found["rank_seconds"]},
            trust=seen.state,
            note="; ".join(part for part in (_sentence(seen), catalog_match(checkpoint, run.catalog).note()) if part),
        )

    return make


def _sentence(seen: Leakage) -> str:
    return {"clean": "", "leaks": "LEAKS: ", "unknown": "unknown: "}[seen.state] + seen.why


def _checkpoint(adapter: "Path | str") -> "Checkpoint":
    """A folder, or the name of a shipped one."""
    from llmrec.model.checkpoint import load_checkpoint
    from llmrec.paths import adapter_folder

    return load_checkpoint(adapter_folder(adapter))


def _label(adapter: "Path | str") -> str:
    return Path(adapter).name


def _split_words(split: "str | Path | Split") -> str:
    return "given" if isinstance(split, Split) else Path(split).name if isinstance(split, Path) else str(split)


def _slug(name: str) -> str:
    """A file's name: letters, digits, dot, dash and plus, with a digest where something else stood."""
    plain = "".join(c if c.isalnum() or c in ".-_+" else "-" for c in name)
    return plain if plain == name else f"{plain}.{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _key(config: Mapping[str, Any], seed: int) -> str:
    return json.dumps([config, seed], sort_keys=True)


def _grid(run: _Run, name: str) -> Sequence[Mapping[str, Any]]:
    if "+" in name:  # the parts keep their usual configuration; their share is fitted on valid
        return [{}]
    from llmrec.encoders.base import lacks

    pictures = any(not lacks(item, "image") for item in run.catalog.items)
    found = named.baseline_class(name).grid(["text", "image"] if pictures else ["text"])  # a title is a text, too
    return found if run.tune and run.events["valid"] else found[:1]


def _told_config(model: Baseline, config: Mapping[str, Any]) -> dict[str, Any]:
    share = getattr(model, "share", None)
    return dict(config) | ({"share of the second": share} if share is not None else {})


def _fit(run: _Run, name: str, config: Mapping[str, Any], what: str) -> Baseline:
    run.told(what, 0, 0)
    cls = None if "+" in name else named.baseline_class(name)
    chance = {"seed": run.seed} if cls is not None and cls.random else {}
    model = named.baseline(name, **chance, **config)
    features = None
    if model.encoder_specs:
        key = json.dumps(dict(model.encoder_specs), sort_keys=True)
        if key not in run.features:
            run.told(f"{name}: reading the items' media", 0, 0)
            run.features = {key: encoded(run.catalog, model.encoder_specs)}
        features = run.features[key]
    with working("baseline", model):
        return model.fit(
            run.catalog, run.split, features=features, progress=lambda done, total: run.told(what, done, total)
        )


def _scored(run: _Run, model: Baseline, events: Sequence[Event]) -> Iterator[NDArray[np.float32]]:
    """Masked scores `(events, items)`, block by block."""
    size = max(1, BATCH_NUMBERS // len(run.catalog.items))
    for start in range(0, len(events), size):
        histories = [event.history for event in events[start : start + size]]
        with working("baseline", model):
            scores = np.asarray(model.score(histories))
        if scores.shape != (len(histories), len(run.catalog.items)) or not np.issubdtype(scores.dtype, np.number):
            raise PluginError(
                f"{type(model).__name__}.score gave {scores.dtype} of shape {scores.shape} for {len(histories)} "
                f"histories; it has to give numbers of shape {(len(histories), len(run.catalog.items))}"
            )
        if not np.isfinite(scores).all():
            raise PluginError(
                f"{type(model).__name__}.score gave numbers that are not finite; nothing can be ranked by them"
            )
        yield mask_seen(scores, [event.closed for event in events[start : start + size]])


def _lists(run: _Run, model: Baseline, at: str, what: str) -> Lists:
    lists: Lists = []
    for scores in _scored(run, model, run.events[at]):
        tops = top_rows(scores, LISTED, run.order)
        lists += [[int(n) for n in top if np.isfinite(own[n])] for own, top in zip(scores, tops, strict=True)]
        if at == "test":
            run.told(f"{what}: ranking", len(lists), len(run.events[at]))
    return lists


def _valid_ndcg(run: _Run, model: Baseline) -> float:
    events = run.events["valid"]
    ranks = ranks_in(_lists(run, model, "valid", "valid"), [event.target for event in events])
    _, owners = np.unique([event.user for event in events], return_inverse=True)
    return float(np.nanmean(user_means(ndcg(ranks), owners)))


def _write_lists(file: Path, lists: Lists, run: _Run) -> None:
    """In the referee's format: a line a user, a list for each held-out item; an empty one for one not asked for."""
    rows: dict[str, list[list[str]]] = {}
    for event, top in zip(run.events["test"], lists, strict=True):
        own = rows.setdefault(event.user, [[] for _ in run.split.test[event.user]])
        own[event.number] = [run.catalog.items[n].id for n in top]
    try:
        with file.open("w", encoding="utf-8") as out:
            for user, items in rows.items():
                out.write(json.dumps({"user": user, "items": items}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StorageError(f"{file} cannot be written ({error.strerror}); pass another `out`") from error


def _read_lists(file: Path, run: _Run) -> Lists:
    with file.open(encoding="utf-8") as lines:
        rows = {str(row["user"]): row["items"] for row in map(json.loads, lines)}
    return [run.catalog.rows(rows[event.user][event.number]) for event in run.events["test"]]

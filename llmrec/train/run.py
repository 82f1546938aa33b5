"""A training run: a catalogue in, a checkpoint out.

The default run trains twice. First each user's last events are held out: validation chooses the epoch and the weights
of the fused score, and the test part, which chose nothing, gives the number on the card. Then the model is trained anew
on all events, for as many epochs as were best, and that one is kept.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.load import MOST_LEFT_OUT
from llmrec.encoders import Encoder, encoder_by_id
from llmrec.encoders.registry import encoder_plugin
from llmrec.errors import BadInput, storage_error
from llmrec.evidence.probes import labelled_catalog, probe_features
from llmrec.fusion import fusion_class
from llmrec.model.checkpoint import CheckpointInfo, base_identity, load_checkpoint, save_checkpoint, write_text
from llmrec.model.inference import item_vectors
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.paths import home
from llmrec.prompts import TRAINED, version
from llmrec.ranking.components import Components
from llmrec.rationale.compose import compose_pairs
from llmrec.registry import Plugin, plugged, resolve
from llmrec.setup import base_folder, base_of, keep_base
from llmrec.train.calibrate import Calibration, calibrate
from llmrec.train.card import provenance, write_card
from llmrec.train.config import TrainConfig
from llmrec.train.continued import Start, copy_adapter
from llmrec.train.data import Histories, TrainingData, prepare
from llmrec.train.distillation import Teachers, load_teachers
from llmrec.train.held_out import OURS, Table, llm_ndcg, rank_baselines, rank_test
from llmrec.train.logs import EpochRow, Report, RunLog, Stage, log_lines
from llmrec.train.model_factory import TrainingItems, compose, new_model, query_writer, training_items
from llmrec.train.private import Budget, constant_weights, fit_privately, private_models
from llmrec.train.processes import Processes
from llmrec.train.rationale_lora import train_rationale
from llmrec.train.sequence_windows import Prompts, event_contexts
from llmrec.train.shards import Forgotten, Reuse, ShardWeights, average_into, merged_progress, shard_histories
from llmrec.train.shared_start import start_shared_space
from llmrec.train.trainer import Progress, fit, restore_best, saved_progress

STATE = "state"
"""Folder in a run's that holds what it goes on from; whoever ships the checkpoint may delete it."""
RUN = "run.json"
"""In that folder: the data and the config of the run."""


@dataclass(frozen=True)
class TrainResult:
    """Result of a run.

    Parameters
    ----------
    folder
        The checkpoint: `Recommender.from_pretrained(folder, data)` opens it.
    info
        The manifest of the checkpoint; its `metrics` of "test" chose nothing, those of "valid" chose the epoch and the
        weights of the fused score.
    test
        Model -> metric -> value on the test part: this one, its LLM alone, and baselines that learnt from the same
        events. Empty without a test part.
    log
        A row an epoch.
    seconds
        Stage -> seconds of training, over all sessions of the run.
    """

    folder: Path
    info: CheckpointInfo
    test: Table
    log: Sequence[EpochRow]
    seconds: Mapping[str, float]

    def __repr__(self) -> str:
        """The folder, and NDCG@10 on the test part of each model."""
        test = ", ".join(f"{model} {row['ndcg@10']:.4f}" for model, row in self.test.items())
        return f"TrainResult({str(self.folder)!r}, test ndcg@10: {test or 'no test part'})"

    @property
    def metrics(self) -> Mapping[str, float]:
        """Name -> value, as the card has them."""
        return self.info.metrics


def train(
    data: Path | str | Catalog,
    out: Path | str,
    config: TrainConfig | None = None,
    *,
    report: Report = log_lines,
) -> TrainResult:
    """Train a checkpoint on a catalogue.

    Several processes train together where `accelerate launch` started them (`llmrec.train.processes`); the first one
    reports and writes. The training state lies in `out`: a run that was cut short goes on from it, a finished one
    writes the checkpoint again, and one whose `config.epochs` is raised trains on.

    Parameters
    ----------
    data
        Folder of a catalogue, or one in memory.
    out
        Folder of the checkpoint; it is made.
    config
        The recipe; default: that of the shipped checkpoints, with a test part.
    report
        Called with every step and epoch; default: the logger ``llmrec.train``.

    Raises
    ------
    BadInput
        Where no user has enough events to learn from, or `out` holds the state of another run.
    SetupError
        Where the base model or an encoder is missing.
    StorageError
        Where the disk refuses.

    Examples
    --------
    >>> import llmrec
    >>> llmrec.train("my-shop", "my-shop/adapter", llmrec.TrainConfig(epochs=3))  # doctest: +SKIP
    """
    data = data if isinstance(data, Catalog) else Path(data)
    config, out = config or TrainConfig(), Path(out)
    if not Processes.of_environment().leads:
        return run_stages(data, out, out, config, RunLog(lambda _event: None), trains=True)
    with RunLog(report, out, out / "tensorboard" if config.tensorboard else None) as log:
        return run_stages(data, out, out, config, log, trains=True)


def checkpoint_of(
    run: Path | str, out: Path | str, *, data: Path | str | Catalog | None = None, report: Report = log_lines
) -> TrainResult:
    """Make a checkpoint of a run as it stands, without training on: of one that was cut short, or is still under way.

    The best weights so far are taken (the averaged ones, where no epoch has ended), the fused score is fitted with
    them, and the test part ranked. The run's folder stays as it is.

    Parameters
    ----------
    run
        Folder that `train` was given as `out`.
    out
        Folder of the checkpoint; another one.
    data
        The catalogue; default: the folder that the run was started with.
    report
        As of `train`.

    Raises
    ------
    BadInput
        Where `run` holds no training state, or its catalogue has changed since.
    """
    run, out = Path(run), Path(out)
    source, config = run_of(run, out, data)
    with RunLog(report, out) as log:
        return run_stages(source, run, out, config, log, trains=False)


def run_of(run: Path, out: Path, data: Path | str | Catalog | None) -> tuple[Path | Catalog, TrainConfig]:
    """The catalogue and the config that a run was started with, for a checkpoint of it in another folder.

    Parameters
    ----------
    run, out, data
        As of `checkpoint_of`.

    Raises
    ------
    BadInput
        Where `run` holds no training state, its catalogue is not known, or `out` is its own folder.
    """
    try:
        about = json.loads((run / STATE / RUN).read_text(encoding="utf-8"))
        config = TrainConfig(**about["config"])
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(
            f"{run} holds no training state; name a folder that `llmrec train` was given as `out`"
        ) from error
    if data is None and not about["data"]:
        raise BadInput(f"the run in {run} was started with a catalogue in memory; name it as `data`", "data")
    if run.resolve() == out.resolve():
        raise BadInput("`out` is the run's own folder; name another one", "out")
    return data if isinstance(data, Catalog) else Path(data or about["data"]), config


@dataclass(frozen=True)
class _Session:
    """The inputs of a run's stages."""

    folder: Path
    """Of the training state."""
    base: Path
    config: TrainConfig
    recipe: TrainConfig
    """Of the loop: `config`, or what it becomes where training goes on from a checkpoint."""
    data: TrainingData
    words: PromptWords
    start: Start | None
    trains: bool
    """Whether steps are done; else the state is used as it is."""
    log: RunLog
    forgotten: Forgotten
    """The users that are left out."""
    reuse: Reuse | None = None
    """What becomes of training states that are there, where users are forgotten."""
    teachers: Teachers | None = None

    @property
    def text(self) -> Encoder[str]:
        """What reads queries: the encoder of the items' own text."""
        return encoder_by_id("text", self.data.features.encoders["text"])

    def state(self, epochs: int | None = None, shard: int = 1) -> Path:
        """The training state of the model that validation chooses, or of the one trained anew for so many epochs."""
        name = "select" if epochs is None else f"refit-{epochs}-of-{self.recipe.epochs}"
        name += f"-shard-{shard}-of-{self.config.shards}" if self.config.shards > 1 else ""
        return self.folder / STATE / f"{name}.safetensors"


@dataclass(frozen=True)
class _Fitted:
    """A trained model and its score components."""

    model: RecLM
    items: TrainingItems
    components: Components
    progress: Progress
    epochs: Mapping[int, int]
    """Shard -> epochs after which it was best; of a training without shards, that of shard 1."""
    budget: Budget | None = None
    """What a private training spends."""


def run_stages(
    data: Path | Catalog,
    folder: Path,
    out: Path,
    config: TrainConfig,
    log: RunLog,
    trains: bool,
    reuse: Reuse | None = None,
) -> TrainResult:
    """The stages of a run, from the catalogue to the card.

    Parameters
    ----------
    data
        The catalogue. Users that the run in `folder` has forgotten are left out.
    folder
        Of the training state.
    out
        Folder of the checkpoint.
    config
        The recipe.
    log
        Open.
    trains
        Whether steps are done; else the state is used as it is.
    reuse
        Where users are forgotten: what is done with training states that do not fit the data any more.
    """
    processes = Processes.of_environment()
    if processes.count > 1 and (not trains or reuse or config.privacy.epsilon is not None):
        raise BadInput("this is the work of one process; start it without `accelerate launch`")
    reads_neighbours = fusion_class(config.model.fusion).reads_neighbours  # a missing package is reported at once
    if config.privacy.epsilon is not None and reads_neighbours:
        raise BadInput(
            f"`model.fusion` is {config.model.fusion!r}, which reads interactions outside the budget of "
            "`privacy.epsilon`; choose another fusion",
            "model.fusion",
        )
    for spec in config.components:
        resolve("score_component", spec)
    base = config.base or (
        base_of(load_checkpoint(config.continue_from).info.base, home())
        if config.continue_from
        else base_folder(home())
    )
    words = PromptWords.load(base)
    if config.base and not keep_base(config.base, base_identity(base)[0], home()):
        log.notify("read", f"to use the checkpoint, set LLMREC_BASE to {config.base}: models/ has another of its name")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(f"the folder {out}", error) from error
    log.notify("read", "reading the catalogue")
    catalog = data if isinstance(data, Catalog) else read_catalog(data, config)
    if config.repeats == "keep" and not catalog.repeats:
        raise BadInput(
            f"`repeats` is 'keep', and catalogue {catalog.name!r} was read without them; read it with repeats='keep'",
            "repeats",
        )
    config = config.changed(repeats="keep") if catalog.repeats else config
    forgotten = Forgotten.of(folder / STATE / RUN)
    catalog = forgotten.without(catalog)
    start = Start.of(config, catalog, base)
    taught_by = load_teachers(config.teachers) if trains else []
    with processes.first_alone():  # it fills the cache of encoded media
        prepared = prepare(
            catalog,
            config,
            lambda line: log.notify("read", line),
            folder=None if isinstance(data, Catalog) else data,
            encoders=start.encoders() if start else None,
            shipped=start.features() if start else None,
            until=start.until() if start else None,
        )
    if start and prepared.test and config.split and not start.trained_exactly_on(catalog, prepared.histories):
        log.notify(
            "read", "the checkpoint may have learnt from the test part of the split, which is not ranked therefore"
        )
        prepared = replace(prepared, test=[])
    recipe = start.config(config) if start else config
    if start:
        log.notify("read", f"going on from {config.continue_from} for {recipe.epochs} epochs (`continued.epochs`)")
    teachers = Teachers.of(taught_by, recipe, base, prepared) if taught_by else None
    session = _Session(folder, base, config, recipe, prepared, words, start, trains, log, forgotten, reuse, teachers)
    if not processes.leads:
        _follow(session)
        processes.wait()
        return TrainResult(out, load_checkpoint(out).info, {}, [], {})
    if trains:
        about = {
            "data": None if isinstance(data, Catalog) else str(data.resolve()),
            "config": config.model_dump(mode="json"),
            **forgotten.record(),
        }
        (folder / STATE).mkdir(exist_ok=True)
        write_text(folder / STATE / RUN, json.dumps(about, indent=2) + "\n")

    test: Table = {}
    if start and not prepared.valid:
        chosen, refitted = _fitted(session, prepared.histories, {1: recipe.epochs}), None
        calibration = start.calibration()
    elif config.privacy.epsilon is not None:
        chosen = _fitted_privately(session, prepared.histories, "select")
        calibration = constant_weights(chosen.model.modalities).covering(chosen.components)
        test = _tested(session, chosen, calibration)
        everything = prepared.everything
        refitted = None if everything is None else _fitted_privately(session, everything, "refit")
    else:
        chosen = _fitted(session, prepared.histories, None)
        log.notify("calibrate", "fitting the item-item model, the preference codes and the weights of the fused score")
        calibration = calibrate(
            chosen.model, chosen.items.table, session.words, chosen.components, catalog, prepared.valid, session.text,
            config.seed,
        )  # fmt: skip
        test = _tested(session, chosen, calibration)
        refitted = _refitted(session, chosen)
    result = _written(session, out, chosen, refitted, calibration, test)
    _add_rationale(session, out, refitted or chosen)
    write_card(out, result.info)
    processes.wait()
    return result


def _follow(session: _Session) -> None:
    """Take part in the stages that the first process trains."""
    data = session.data
    if session.start and not data.valid:
        _learnt(session, data.histories, {1: session.recipe.epochs})
        return
    *_, epochs = _learnt(session, data.histories, None)
    if data.everything is not None:
        _learnt(session, data.everything, _refit_epochs(session, data.everything, epochs))


def read_catalog(folder: Path, config: TrainConfig) -> Catalog:
    """The catalogue of a run, read as its config says. Raises what `load_catalog` does."""
    most = 1.0 if config.accept_losses else MOST_LEFT_OUT
    return load_catalog(folder, reader=config.reader, most_left_out=most, repeats=config.repeats)


def _refitted(session: _Session, chosen: _Fitted) -> _Fitted | None:
    """Refit the model on all events; None where that is not configured, or not done and the session does not train."""
    everything = session.data.everything
    if everything is None:
        return None
    epochs = _refit_epochs(session, everything, chosen.epochs)
    states = {session.state(most, shard): most for shard, most in epochs.items()}
    unfinished = any(saved_progress(state).epoch < most for state, most in states.items())
    if not session.trains and unfinished:
        return None
    if session.trains:
        for state in {*session.state().parent.glob("refit-*.safetensors")} - {*states}:
            state.unlink()
        if unfinished:
            span = " to ".join(str(n) for n in sorted({min(epochs.values()), max(epochs.values())}))
            session.log.notify("refit", f"training anew on all events, for {span} epochs")
    return _fitted(session, everything, epochs)


def _refit_epochs(session: _Session, everything: Histories, epochs: Mapping[int, int]) -> Mapping[int, int]:
    """Shard -> epochs: those after which each was best; one too small to be validated gets all."""
    if session.config.shards == 1:
        return epochs
    return {n: epochs.get(n, session.recipe.epochs) for n in shard_histories(everything, session.config.shards)}


def _fitted(session: _Session, histories: Histories, epochs: Mapping[int, int] | None) -> _Fitted:
    """Train a model on `histories`: the best by validation, or after exactly `epochs`, by shard."""
    data = session.data
    model, items, progress, best = _learnt(session, histories, epochs)
    model.to("cpu").eval()
    components = compose(model, items.table, data.features, histories, session.config.seed, data)
    components = components.with_named(session.recipe.components, data.catalog)
    return _Fitted(model, items, components, progress, best)


def _learnt(
    session: _Session, histories: Histories, epochs: Mapping[int, int] | None
) -> tuple[RecLM, TrainingItems, Progress, Mapping[int, int]]:
    """As `_fitted`, without score components: the model, its items, the progress, and the best epoch by shard."""
    config = session.config
    model, items = _built(session, histories)
    stage: Stage = "refit" if epochs else "select"
    if config.shards == 1:
        most = epochs[1] if epochs else None
        session.log.restore(stage, saved_progress(session.state(most)).log)
        progress = _trained(session, model, items, histories, most)
        best = {1: progress.best_epoch + 1}
    else:
        parts, progresses = [], {}
        for shard, part in shard_histories(histories, config.shards).items():
            own, own_items = _built(session, part)
            progresses[shard] = _trained(session, own, own_items, part, epochs[shard] if epochs else None, shard)
            weights = {name: p.detach().cpu() for name, p in own.trainable().items()}
            parts.append(ShardWeights(weights, own_items.table.known.cpu(), sum(map(len, part.values()))))
        average_into(model, parts)
        progress = merged_progress([*progresses.values()])
        best = {shard: own.best_epoch + 1 for shard, own in progresses.items()}
        session.log.restore(stage, progress.log)
    return model, items, progress, best


def _trained(
    session: _Session, model: RecLM, items: TrainingItems, histories: Histories, epochs: int | None, shard: int = 1
) -> Progress:
    """Train a model on the histories of one shard, or give it what its training state holds."""
    data, config = session.data, session.config
    first_new = session.start.first_new_events(data.catalog, histories) if session.start else None
    target_weights = data.target_weights(histories)
    prompts = Prompts(
        histories,
        session.words.before,
        query_writer(data.catalog, session.words),
        event_contexts(data.catalog, histories) if config.contexts else None,
        first_new,
        config.continued.replay if first_new is not None else 0.0,
        data.features.digest(),
        target_weights,
    )
    state, valid, log = session.state(epochs, shard), data.valid, session.log
    if not session.trains:
        return restore_best(model, prompts, session.recipe, state)
    report: Report = log
    if config.shards > 1:  # what a shard learns depends on its own users alone, and so does the epoch
        valid = [event for event in valid if event.user in histories]
        report = log.part(f"shard {shard} of {config.shards}")
    if session.reuse:
        session.reuse.keep_or_drop(model, prompts, session.recipe, state, shard, log.notify)

    def validation_ndcg(model: RecLM) -> float:
        return llm_ndcg(model, items.table, session.words.before, valid)

    validate = validation_ndcg if not epochs and valid else None
    progress = fit(
        model, items.table, prompts, validate, session.recipe, state, report, epochs, session.teachers
    )  # fmt: skip
    if session.reuse:
        session.reuse.count(state, progress)
    return progress


def _fitted_privately(session: _Session, histories: Histories, stage: Stage) -> _Fitted:
    """Train a model on `histories` within the budget; no item owns an id, and no statistic of pairs is learnt."""
    data, config = session.data, session.config
    model, items = _built(session, {})
    words = query_writer(data.catalog, session.words)
    prompts = Prompts(histories, session.words.before, words, content=data.features.digest())
    state = session.folder / STATE / f"private-{stage}.safetensors"
    if not session.trains and saved_progress(state).epoch < config.epochs:
        raise BadInput(
            f"the private run in {session.folder} has not ended; run the same `llmrec train` again, which ends it"
        )
    progress, popular, budget = fit_privately(model, items.table, prompts, session.recipe, state, stage, session.log)
    model.to("cpu")
    v, b = item_vectors(model, items.table)
    vectors = {m: data.features.vectors[m] for m in model.modalities}
    masks = {m: data.features.mask[m] for m in model.modalities}
    components = Components.of(v, b, private_models(popular), vectors, masks, data.features.steps)
    components = components.with_terms(data.catalog.items)
    return _Fitted(model, items, components, progress, {1: config.epochs}, budget)


def _built(session: _Session, histories: Histories) -> tuple[RecLM, TrainingItems]:
    """Build an untrained model, or the one to continue, and its item table."""
    data, start, config = session.data, session.start, session.recipe
    fitted = start.normalisers() if start else None
    modalities = list(fitted) if fitted else data.modalities
    items = training_items(data.features, modalities, histories, config.model, fitted)
    four_bit = torch.cuda.is_available() and _large(session.base) and not Processes.of_environment().divide
    model = new_model(session.base, config.model, items.schema, config.seed, config.dropout, four_bit=four_bit)
    if start:
        start.load_weights(model, items.table.items)
    else:
        start_shared_space(model, items.table, histories, config.seed)
    return model, items


def _tested(session: _Session, chosen: _Fitted, calibration: Calibration) -> Table:
    """Rank the test part by the model and by baselines fitted on the same events."""
    data = session.data
    if not data.test:
        return {}
    session.log.notify("test", f"ranking the {len(data.test):,} events of the test part")
    metrics = rank_test(
        chosen.model, chosen.items.table, session.words, chosen.components, calibration, data, session.text,
        session.config.seed,
    )  # fmt: skip
    return metrics | rank_baselines(data)


def _written(
    session: _Session, out: Path, chosen: _Fitted, refitted: _Fitted | None, calibration: Calibration, test: Table
) -> TrainResult:
    """Write the checkpoint without its rationale LoRA, and the log."""
    data, final = session.data, refitted or chosen
    calibration = calibration.covering(final.components)
    refit_progress = refitted.progress if refitted else None
    name, checksum = base_identity(session.base)
    info = CheckpointInfo(
        name=out.name,
        base=name,
        base_sha256=checksum,
        config=session.recipe.model,
        encoders={m: data.features.encoders[m] for m in final.model.modalities},
        prompts={name: version(name) for name in TRAINED},
        weights=calibration.weights,
        cold_start=calibration.cold_start,
        components=tuple(p.spec for spec in session.recipe.components if (p := plugged("score_component", spec))),
        plugins=_plugins(session.recipe, {m: data.features.encoders[m] for m in final.model.modalities}),
        metrics=_flat(test) | calibration.metrics,
        provenance=provenance(
            data,
            session.recipe,
            chosen.progress,
            refit_progress,
            test,
            session.start,
            budget=final.budget,
            forgotten=session.forgotten,
            reuse=session.reuse,
        ),
        steps=final.model.steps,
    )
    save_checkpoint(
        out, info, final.model, final.items.table, final.items.normalisers,
        final.components.state(), final.components.axes,
    )  # fmt: skip
    data.features.save(out / "features.safetensors")
    session.log.write()
    seconds = {"select": chosen.progress.seconds} | ({"refit": refitted.progress.seconds} if refitted else {})
    return TrainResult(out, info, test, session.log.rows, seconds)


def _plugins(config: TrainConfig, encoders: Mapping[str, str]) -> tuple[Plugin, ...]:
    """What the checkpoint needs from outside llmrec; `encoders`: modality -> id."""
    plugins = [
        plugged("fusion", config.model.fusion),
        *(plugged("score_component", spec) for spec in config.components),
    ]
    plugins += [encoder_plugin(modality, id) for modality, id in encoders.items()]
    return tuple(plugin for plugin in plugins if plugin)


def _flat(test: Table) -> dict[str, float]:
    """NDCG@10 of the test part, by name."""
    return {"test ndcg@10" + ("" if model == OURS else f" of {model}"): row["ndcg@10"] for model, row in test.items()}


def _add_rationale(session: _Session, out: Path, last: _Fitted) -> None:
    """Train the rationale LoRA, or copy it from the checkpoint or run that this one continues."""
    folder, rationale = out / "rationale", session.config.rationale
    if (folder / "adapter_config.json").is_file():
        return
    if session.start:
        copy_adapter(session.start.checkpoint.folder / "rationale", folder)
    elif not session.trains:
        copy_adapter(session.folder / "rationale", folder)
    elif rationale.pairs:
        session.log.notify("rationale", "teaching the LLM to write sentences from evidence")
        items = replace(session.data.catalog, histories={})  # sentences are learnt of items alone
        catalog = labelled_catalog(items, probe_features(last.components), last.components.mask)
        pairs = compose_pairs(catalog, rationale.pairs, session.config.seed)
        state = session.folder / STATE / "rationale.safetensors"
        train_rationale(session.base, pairs, folder, session.config, state, session.log)


def _large(base: Path) -> bool:
    """Whether to load the base in 4 bits: a small one is faster and better without."""
    return sum(f.stat().st_size for f in base.glob("*.safetensors")) > 2_000_000_000

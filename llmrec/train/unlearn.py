"""Makes a checkpoint of a run without some of its users, at the cost of the shards that they were in.

The shards of the users are trained again without them, those of the others are taken as they are, and the weights are
averaged anew. Counts, item-item statistics, preference codes and the weights of the fused score are computed from the
events that are left, as they cost seconds: the checkpoint is, bit for bit, that of a run which never had the users.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from llmrec.catalog import Catalog
from llmrec.errors import BadInput, UnknownUser, storage_error
from llmrec.evaluation.splits import KINDS, load_split, save_split
from llmrec.model.checkpoint import write_text
from llmrec.train.config import TrainConfig
from llmrec.train.continued import copy_adapter
from llmrec.train.logs import Report, RunLog, log_lines
from llmrec.train.run import RUN, STATE, TrainResult, read_catalog, run_of, run_stages
from llmrec.train.shards import Forgotten, Reuse

SPLIT = "split.jsonl"
"""In the folder of the training state: the run's split without the forgotten users."""


def unlearn(
    run: Path | str,
    out: Path | str,
    users: Sequence[str] = (),
    *,
    data: Path | str | Catalog | None = None,
    report: Report = log_lines,
) -> TrainResult:
    """Make a checkpoint of a run without some users.

    `out` becomes the folder of a run like the first, in which the users are forgotten for good: training on in it, and
    forgetting further users, leaves them out although the data may still have them. Of who was forgotten it keeps
    salted digests, the card their number. The first run's folder stays as it is; delete it, with its checkpoint.

    Parameters
    ----------
    run
        Folder that `train` was given as `out`. One without `TrainConfig.shards` is trained again as a whole.
    out
        Folder of the checkpoint; another one. An unlearning that was cut short goes on in it.
    users
        Ids of those to forget. None: those whose events are no longer in the data.
    data
        The catalogue; default: the folder that the run was started with.
    report
        As of `train`.

    Raises
    ------
    UnknownUser
        Where a user is not in the data, or is forgotten already.
    BadInput
        Where `run` holds no training state, goes on from a checkpoint, or was private.

    Examples
    --------
    >>> import llmrec
    >>> llmrec.train("my-shop", "v1", llmrec.TrainConfig(shards=8))  # doctest: +SKIP
    >>> llmrec.unlearn("v1", "v2", ["ann"])  # doctest: +SKIP
    """
    run, out = Path(run), Path(out)
    source, config = run_of(run, out, data)
    _check(config)
    before = Forgotten.of(run / STATE / RUN)
    catalog = before.without(source if isinstance(source, Catalog) else read_catalog(source, config))
    if unknown := [user for user in users if user not in catalog.histories]:
        raise UnknownUser(
            f"user {unknown[0]!r} has no events in catalogue {catalog.name!r}"
            + (f", nor have {len(unknown) - 1} others" if len(unknown) > 1 else "")
            + "; name users of the data, or nobody where their events are deleted from it already",
            "users",
        )
    forgotten = before.adding(users)
    try:
        (out / STATE).mkdir(parents=True, exist_ok=True)
        if config.split and config.split not in KINDS:
            config = _without_in_split(config, catalog, forgotten, out)
        about = {
            "data": None if isinstance(source, Catalog) else str(source.resolve()),
            "config": config.model_dump(mode="json"),
            **forgotten.record(),
        }
        write_text(out / STATE / RUN, json.dumps(about, indent=2) + "\n")
        for state in sorted((run / STATE).glob("*.safetensors")):
            if not (out / STATE / state.name).exists():
                shutil.copyfile(state, out / STATE / state.name)
        copy_adapter(run / "rationale", out / "rationale")
    except OSError as error:
        raise storage_error(f"the folder {out}", error) from error
    with RunLog(report, out) as log:
        if config.shards == 1:
            log.notify("read", "the run has no shards, so everything is trained again; `shards` of a run avoids that")
        reuse = Reuse(config.shards)
        result = run_stages(source, out, out, config, log, trains=True, reuse=reuse)
        reuse.drop_unused(out / STATE)
        return result


def _check(config: TrainConfig) -> None:
    """Raise `BadInput` where a run cannot forget."""
    if config.continue_from:
        raise BadInput(
            f"the run went on from {config.continue_from}, which may have learnt from the users; train anew without "
            "them"
        )
    if config.privacy.epsilon is not None:
        raise BadInput(
            "the run was private, so its checkpoint holds of a user no more than `privacy.epsilon` allows; to leave "
            "users out altogether, train anew without them, which spends the others' budget a second time"
        )


def _without_in_split(config: TrainConfig, catalog: Catalog, forgotten: Forgotten, out: Path) -> TrainConfig:
    """Write the run's split without the users, as a split names only users of its catalogue."""
    split = load_split(Path(str(config.split)), catalog)
    left = forgotten.without(catalog).histories
    parts = {
        part: {user: items for user, items in getattr(split, part).items() if user in left}
        for part in ("train", "valid", "test")
    }
    save_split(replace(split, **parts), out / STATE / SPLIT)
    return config.changed(split=str((out / STATE / SPLIT).resolve()))

"""Recommendations for all users of a catalogue, as one Parquet file."""

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llmrec
from llmrec import paths
from llmrec.batch_parts import PartStore, Progress, schema
from llmrec.batch_workers import Opening, RankingWorker
from llmrec.catalog import Catalog, load_catalog
from llmrec.catalog.columns import EVENTS, NAMES, column_as, normal_ids, plain
from llmrec.catalog.delimited import read_delimited
from llmrec.catalog.quarantine import BadRow, Findings, counted, quarantine_file
from llmrec.catalog.tables import read_parquet
from llmrec.catalog.text_files import open_text
from llmrec.catalog.types import normal_id
from llmrec.errors import BadInput, CatalogError
from llmrec.pipeline_config import PipelineConfig, kept_repeats
from llmrec.request import Request
from llmrec.retrieval.fingerprint import fingerprint
from llmrec.setup import demo_data
from llmrec.workers import Part, Workers

if TYPE_CHECKING:
    from llmrec.recommender import Recommender

PART, EXPLAINED_PART = 256, 16
"""Users of a part: some seconds of work, or a minute with reasons. What a kill costs is a part of each worker."""
UNKNOWN = "the catalogue has no events of this user"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BatchResult:
    """What a batch has come to.

    Parameters
    ----------
    out
        The Parquet file: `user_id`, `rank` from 1, `item_id`, `title`, `score`, and with reasons `rationale` and
        `evidence` (JSON); users in the order in which they were asked for.
    users, rows
        How many users were ranked for, and rows of the file.
    resumed
        Of the users, those whose lists an earlier run has made.
    without_items
        Of the users, those for whom nothing was left to recommend.
    left_out
        Ids that were asked for and that the catalogue does not know, and lines that hold none.
    quarantine
        The file that lists them with the reasons; None without any.
    degraded
        What was out of reach for some users, see `Response.degraded`.
    seconds
        Of this run.
    """

    out: Path
    users: int
    rows: int
    resumed: int
    without_items: int
    left_out: int
    quarantine: Path | None
    degraded: tuple[str, ...]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON holds it."""
        return asdict(self) | {"degraded": list(self.degraded)}


def recommend_all(
    out: Path | str,
    data: Catalog | Path | str | None = None,
    adapter: Path | str | None = None,
    users: Iterable[str] | Path | None = None,
    *,
    recommender: "Recommender | None" = None,
    workers: int = 1,
    ray: str | None = None,
    reader: str | None = None,
    config: PipelineConfig | None = None,
    progress: Progress | None = None,
    **fields: Any,
) -> BatchResult:
    """Recommend items to all users of a catalogue, and write the lists to a Parquet file.

    Users are ranked for in parts of a fixed size, each kept as it is ready: the same call takes up a run that was
    killed, and the file is then byte for byte that of a run without a break, whatever the number of workers. A run
    that has ended is not made again while catalogue, adapter and request are the same.

    Parameters
    ----------
    out
        The file to write; parts lie in ``<out>.parts`` beside it while the run lasts.
    data, adapter
        See `Recommender.from_pretrained`.
    users
        Ids of users, or a file of them: an id a line, or a table (CSV, TSV, Parquet) with a column of users; default:
        all users of the catalogue.
    recommender
        An open one, in the place of `data` and `adapter`; it ranks in this process.
    workers
        Processes, or actors of Ray, each with a recommender of its own on one thread; 1: in this process. A script
        that asks for more has to do so under ``if __name__ == "__main__"``.
    ray
        Address of a Ray cluster whose actors are the workers; "local" starts one on this machine.
    reader
        Name or import path of the reader of `data`.
    config
        Index, engine, candidate sources and verifier; default: llmrec's own.
    progress
        Told, as parts are ready, for how many of the users there are lists.
    **fields
        The fields of a `Request` but `user` and `history`, the same for all: `k`, `query`, `where`, `explain` and the
        others.

    Returns
    -------
    BatchResult

    Raises
    ------
    BadInput
        Where the fields make no request, no user is known, or another run writes the same file.
    CatalogError, UnknownItem, BadFilter
        Where the catalogue cannot be read, or lacks what the request names.
    CheckpointError, CheckpointMismatch, SetupError, StorageError, UnknownPlugin, EngineMismatch
        See `Recommender.from_pretrained`.
    MissingExtra
        Where `ray` is given and is not installed.

    Examples
    --------
    >>> llmrec.recommend_all("recs.parquet", "shop/", "adapters/shop", k=20, workers=4)  # doctest: +SKIP
    """
    began, out = time.perf_counter(), Path(out)
    pool = Workers(workers, ray)
    _check(out, fields, pool, recommender, data, adapter)
    if config:
        config.check()
    if recommender is not None:
        data, adapter, config = recommender.catalog, recommender.pipeline.checkpoint.folder, recommender.pipeline.config
    # Whole paths: workers elsewhere have another working directory.
    source = (
        data if isinstance(data, Catalog) else Path(data).resolve() if data is not None else demo_data(paths.home())
    )
    if adapter is not None and Path(adapter).is_dir():
        adapter = Path(adapter).resolve()
    repeats = kept_repeats(adapter)
    opening = Opening(source, adapter, reader, repeats, config, fields)
    catalog = source if isinstance(source, Catalog) else load_catalog(source, reader=reader, repeats=repeats)

    chosen, findings, quarantine = _chosen(users, catalog, out)
    _request(fields, chosen[0]).check(catalog)
    size = EXPLAINED_PART if fields.get("explain") else PART
    parts = [Part(n, tuple(chosen[at : at + size])) for n, at in enumerate(range(0, len(chosen), size))]
    withdrawn = recommender.pipeline.withdrawn if recommender else ()
    made_of = _made_of(opening, catalog, chosen, size, withdrawn)
    store = PartStore(out, made_of, len(parts), schema(bool(fields.get("explain"))))

    def result(record: Mapping[str, Any], resumed: int) -> BatchResult:
        return BatchResult(
            out, len(chosen), record["rows"], resumed, record["without_items"],
            len(findings.bad), quarantine if findings.bad else None,
            tuple(record["degraded"]), round(time.perf_counter() - began, 1),
        )  # fmt: skip

    if (record := store.finished()) is not None:
        _log.warning("%s holds these lists already", out)
        return result(record, len(chosen))
    with store.opened() as unusable:
        if unusable:
            parts_of = counted(unusable, "part")
            _log.warning("%s in %s: of another catalogue, adapter or request, made again", parts_of, store.folder)
        left = [part for part in parts if part.number not in store.records]
        resumed = done = len(chosen) - sum(len(part.values) for part in left)
        if progress:
            progress(done, len(chosen))
        sizes = {part.number: len(part.values) for part in parts}
        with closing(pool.run(opening, left, RankingWorker(opening, recommender, catalog))) as ranked:
            for part in ranked:
                store.write(part)
                done += sizes[part.number]
                if progress:
                    progress(done, len(chosen))
        return result(store.join(), resumed)


def _check(
    out: Path,
    fields: Mapping[str, Any],
    workers: Workers,
    recommender: "Recommender | None",
    data: object,
    adapter: object,
) -> None:
    """Refuse what no batch can be made of, before anything is read."""
    if out.is_dir():
        raise BadInput(f"{out} is a folder; pass the name of a file, such as {out / 'recs.parquet'}", "out")
    for field in ("user", "history"):
        if field in fields:
            raise BadInput(f"`{field}` is that of one request; pass `users`, or none for all", field, "users")
    if recommender is not None:
        if workers.elsewhere:
            other = "workers" if workers.ray is None else "ray"
            raise BadInput(
                f"`recommender` is open in this process alone; with `{other}` pass `data` and `adapter`",
                "recommender", other, "data", "adapter",
            )  # fmt: skip
        if data is not None or adapter is not None:
            raise BadInput("`recommender` has a catalogue and an adapter; pass it, or `data` and `adapter`",
                           "recommender", "data", "adapter")  # fmt: skip


def _request(fields: Mapping[str, Any], user: str) -> Request:
    return Request.of(None, {**fields, "user": user})


def _chosen(users: Iterable[str] | Path | None, catalog: Catalog, out: Path) -> tuple[list[str], Findings, Path]:
    """The users to rank for, each once; what was left out of those asked for, and the file that lists it."""
    findings = Findings()
    if users is None:
        if not catalog.histories:
            raise BadInput(f"the catalogue {catalog.name!r} has no events, and so no users; pass one that has", "data")
        return [*catalog.histories], findings, out
    if isinstance(users, str):
        raise BadInput(f"`users` is {users!r}; pass a list of ids, or a `Path`", "users")
    if isinstance(users, Path):
        asked, place = _read_users(users, catalog, findings), users
    else:
        asked, place = [normal_id(user) for user in users], out
        unknown = [(n, user) for n, user in enumerate(asked, 1) if user not in catalog.histories]
        findings.bad += [BadRow(Path("users"), n, UNKNOWN, (user,)) for n, user in unknown]
    chosen = [*dict.fromkeys(user for user in asked if user in catalog.histories)]
    quarantine = quarantine_file(place)
    if not chosen:
        first = f"; the first is {findings.bad[0].where()}" if findings.bad else ""
        raise BadInput(
            f"none of the {counted(len(asked), 'user')} of {place if place is users else '`users`'} "
            f"is in the catalogue{first}; pass users that have events in it",
            "users",
        )
    if (again := len(asked) - len(findings.bad) - len(chosen)) > 0:
        _log.warning("%s asked for again: a user has one list", counted(again, "user"))
    findings.write(quarantine)
    for line in findings.left_out():
        _log.warning("%s; listed in %s", line, quarantine)
    return chosen, findings, quarantine


def _read_users(file: Path, catalog: Catalog, findings: Findings) -> list[str]:
    """Ids of a file, those that the catalogue does not know among them; these are noted."""
    try:
        if file.suffix.lower() in (".parquet", ".pq"):
            table = read_parquet(file, findings)
        else:
            text = open_text(file, findings)
            with text.open() as lines:
                head = next((line for line in lines if line.strip()), "")
            if not NAMES.intersection(plain(name) for name in head.replace(";", ",").replace("\t", ",").split(",")):
                with text.open() as lines:
                    return _listed(lines, file, catalog, findings)
            table = read_delimited(file, None, findings)
    except CatalogError as error:
        raise CatalogError(str(error), "users") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror or error}); pass a file of user ids", "users") \
            from error  # fmt: skip
    columns = column_as(table, "user", EVENTS["user"], findings)
    if not columns:
        raise BadInput(f"{file} has no column of users (it has {', '.join(table.columns)}); name one user_id", "users")
    ids: list[str] = normal_ids(table, columns[0], findings).to_pylist()
    unknown = {n: UNKNOWN if id else "no user id" for n, id in enumerate(ids) if id not in catalog.histories}
    table.reject(unknown, findings)
    return ids


def _listed(lines: Iterable[str], file: Path, catalog: Catalog, findings: Findings) -> list[str]:
    """The ids of a file that has one a line; empty lines hold none."""
    found = [(n, id) for n, line in enumerate(lines, 1) if (id := normal_id(line))]
    findings.bad += [BadRow(file, n, UNKNOWN, (id,)) for n, id in found if id not in catalog.histories]
    return [id for _, id in found]


def _made_of(opening: Opening, catalog: Catalog, users: Sequence[str], size: int, withdrawn: Sequence[int]) -> str:
    """16 hex digits that change with anything that decides the output."""
    media = {}
    for modality in sorted({name for item in catalog.items for name in item.media}):
        media[modality] = [_state(item.media.get(modality)) for item in catalog.items]
    config = opening.config or PipelineConfig()
    fields = {name: _state(x) if isinstance(x, Path) else x for name, x in opening.fields.items()}
    digest = hashlib.sha256(
        "\n".join(
            [llmrec.__version__, fingerprint(catalog, media), config.model_dump_json(), opening.repeats, str(size),
             repr(sorted(fields.items())), repr(withdrawn), json.dumps(list(users))]
        ).encode()
    )  # fmt: skip
    folder = paths.adapter_folder("ml-100k" if opening.adapter is None else opening.adapter)
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".json", ".safetensors"):
            digest.update(f"{file.relative_to(folder)}\n".encode())
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    for user, history in catalog.histories.items():  # of all: what others took is counted in reasons
        events = [(e.item, e.timestamp, e.rating, e.kind) for e in history]
        digest.update(json.dumps([user, events], ensure_ascii=False).encode())
    return digest.hexdigest()[:16]


def _state(file: Path | None) -> str:
    """Of a medium, what changes when it is replaced; "" without one."""
    if file is None:
        return ""
    try:
        found = file.stat()
    except OSError:
        return f"{file}: absent"
    return f"{file} {found.st_size} {found.st_mtime_ns}"

"""What a request costs as a catalogue grows: `python -m eval.scale [--items 10000,100000] [--servers 2]`.

Catalogues of so many items, each opened in a process of its own, the index in it or on Chroma servers beside it: the
demo's films with their vectors of text and picture, then copies of them with noise on every vector (a quarter of its
dimension's deviation), three attributes (year, genres, price) and the events of synthetic users, who take copies of
what a real one took. Measured by the product itself (`Recommender`, the shipped checkpoint): ranking with and without
filters, the share of the truly best hundred by the LLM's vectors that the index finds and that are candidates of a
request, building the index, memory, and how long an item that is put takes until it is in a list. One row a size in
eval/results/measurements.jsonl (study `scale`), printed as a table; `--plot FILE` draws it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from eval.command import run_command, whole_number, whole_numbers
from eval.serving.servers import Chroma
from eval.store import MEASUREMENTS, command_line, file_measurement

if TYPE_CHECKING:
    from llmrec.catalog import Catalog
    from llmrec.encoders.features import MediaVectors
    from llmrec.recommender import Recommender

USERS, EVENTS, NOISE, BEST, SEED = 200_000, 10, 0.25, 100, 0
FILTERS = {"50 %": "price<500", "10 %": "price<100", "1 %": "price<10", "0.1 %": "price<1"}
Floats = NDArray[np.float32]


def made(items: int, real: "Catalog", media: "MediaVectors", folder: Path) -> tuple["Catalog", "MediaVectors"]:
    """A catalogue of that many items, and its vectors in files of a folder; the first items are the real ones."""
    from llmrec.catalog import Catalog, Interaction, Item
    from llmrec.encoders.features import MediaVectors
    from llmrec.vector_rows import VectorRows

    rng, known = np.random.default_rng(SEED), min(items, len(real.items))
    source = np.concatenate([np.arange(known), rng.integers(0, known, items - known)])
    vectors, mask = {}, {}
    for m, own in media.vectors.items():
        mask[m] = media.mask[m][source]
        spread = NOISE * own[media.mask[m]].std(axis=0)
        with (folder / f"{m}.f16").open("wb") as file:
            for start in range(0, items, 4096):
                part, there = own[source[start : start + 4096]], mask[m][start : start + 4096, None]
                noise = spread * rng.standard_normal(part.shape, np.float32) * there
                noise[: max(0, known - start)] = 0
                file.write((part + noise).astype(np.float16).tobytes())
        vectors[m] = VectorRows(np.memmap(folder / f"{m}.f16", np.float16, "r", shape=(items, own.shape[1])))
    ids = [*(item.id for item in real.items[:known]), *(f"copy-{n}" for n in range(known, items))]
    prices = rng.uniform(0, 1000, items).round(2).tolist()
    kept = [
        {name: value for name, value in real.items[row].attributes.items() if name in ("year", "genres", "genre")}
        for row in source
    ]
    new = tuple(
        replace(real.items[row], id=id, attributes=own | {"price": price}, media={})
        for row, id, own, price in zip(source.tolist(), ids, kept, prices, strict=True)
    )
    assert isinstance(new[0], Item)
    copies = np.argsort(source, kind="stable")
    first = np.searchsorted(source[copies], np.arange(known + 1))
    row, histories = {item.id: n for n, item in enumerate(real.items[:known])}, list(real.histories.values())
    people = {}
    for user in range(min(USERS, 2 * items)):
        taken = [row[each.item] for each in histories[user % len(histories)] if each.item in row]
        taken = [taken[n] for n in np.sort(rng.choice(len(taken), min(EVENTS, len(taken)), replace=False))]
        own = [ids[copies[rng.integers(first[n], first[n + 1])]] for n in taken]
        people[f"u{user}"] = tuple(Interaction(f"u{user}", id, float(t)) for t, id in enumerate(dict.fromkeys(own)))
    return Catalog(f"scale-{items}", new, people), MediaVectors(vectors, mask, media.steps)


def item_item(catalog: "Catalog") -> sp.csr_matrix:
    """``(items, items)`` sparse: cosine of two items' users; a closed form would end at 25,000 items."""
    row = catalog.row
    pairs = [(n, row[each.item]) for n, own in enumerate(catalog.histories.values()) for each in own]
    users, items = np.array(pairs).T
    x = sp.csr_matrix((np.ones(len(pairs), np.float32), (users, items)), shape=(users.max() + 1, len(row)))
    scale = sp.diags(1 / np.sqrt(np.maximum(np.asarray(x.sum(axis=0)).ravel(), 1)).astype(np.float32))
    together = sp.csr_matrix(scale @ (x.T @ x) @ scale).astype(np.float32)
    together.setdiag(0)
    together.eliminate_zeros()
    return together


def opened(
    items: int, folder: Path, kept_in: str = "chroma"
) -> tuple["Recommender", dict[str, float], dict[str, float]]:
    """The product over such a catalogue, and what its parts took: seconds, and GB after each."""
    from llmrec import paths
    from llmrec.catalog import Catalog
    from llmrec.encoders import Features
    from llmrec.encoders.features import MediaVectors
    from llmrec.engine.base import EngineInputs
    from llmrec.model.checkpoint import load_checkpoint
    from llmrec.model.inference import item_vectors
    from llmrec.model.restore import restore_items, restore_model
    from llmrec.pipeline import Pipeline, build_components
    from llmrec.pipeline_config import PipelineConfig
    from llmrec.ranking.components import InteractionModels
    from llmrec.ranking.item_item import Collaborative, popularity
    from llmrec.recommender import Recommender
    from llmrec.retrieval.fingerprint import IndexFingerprint
    from llmrec.retrieval.index import IndexInputs
    from llmrec.setup import base_folder, demo_data
    from llmrec.vector_rows import as_rows

    seconds: dict[str, float] = {}
    resident: dict[str, float] = {}
    began = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal began
        seconds[name], began = round(time.perf_counter() - began, 2), time.perf_counter()
        resident[name] = _status("RssAnon")

    home, config = paths.home(), PipelineConfig(index=kept_in)
    trained, base = load_checkpoint(paths.adapter_folder("ml-100k")), base_folder(home)
    carried = Features.load(trained.folder / "features.safetensors")
    real = Catalog.read(demo_data(home))
    by_id = {item.id: item for item in real.items}
    real = replace(real, items=tuple(by_id[id] for id in trained.items if id in by_id))
    order = [carried.row[item.id] for item in real.items]
    rows = {m: as_rows(x[order]) for m, x in carried.vectors.items()}
    there = {m: x[order] for m, x in carried.mask.items()}
    catalog, media = made(items, real, MediaVectors(rows, there, carried.steps), folder)
    ids = tuple(item.id for item in catalog.items)
    lap("catalogue")
    learnt = InteractionModels.from_state(trained.collaborative)
    histories = [catalog.rows(catalog.history(user)) for user in catalog.histories]
    learnt = replace(
        learnt, collaborative=Collaborative(item_item(catalog), 0.75), popular=popularity(histories, items)
    )
    known = np.zeros(items, np.bool_)
    kept = min(items, len(trained.items))
    known[:kept] = trained.arrays["known"][:kept]
    checkpoint = replace(trained, items=ids, arrays={**trained.arrays, "known": known}, collaborative=learnt.state())
    lap("item-item model")
    model = restore_model(trained, base)
    table = restore_items(checkpoint, ids, media.vectors, media.mask)
    vectors = item_vectors(model, table)
    lap("item vectors")
    components = build_components(vectors, checkpoint, catalog, media).mapped(folder)
    del vectors
    lap("components")
    stamp = IndexFingerprint.of(catalog, {}, "scale", components.v.shape[1])
    index = config.open_index(
        IndexInputs(components.v, components.b, catalog, stamp, folder / "index", media=components.index_media)
    )
    lap("index")
    engine = config.open_engine(EngineInputs(model, table, base, checkpoint))
    media.release()
    pipeline = Pipeline(
        catalog, checkpoint, model, media, table, components, engine, index, (), catalog.items, config=config
    )
    lap("engine")
    return Recommender(pipeline), seconds, resident


def measured(items: int, requests: int, servers: int) -> dict[str, Any]:
    """One row."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        beside = [stack.enter_context(Chroma(Path(folder) / f"chroma-{n}")) for n in range(servers)]
        spec = f"chroma?{','.join(each.url for each in beside)}" if beside else "chroma"
        shop, seconds, grown = opened(items, Path(folder), spec)
        users = [f"u{n}" for n in np.random.default_rng(1).choice(min(USERS, 2 * items), requests, replace=False)]
        shop.recommend(user=users[0], k=10)
        before = [time.process_time(), sum(_spent(each.pid) for each in beside)]
        ranked = {"no filter": _timed(shop, users, None)}
        spent = [time.process_time() - before[0], sum(_spent(each.pid) for each in beside) - before[1]]
        ranked |= {name: _timed(shop, users, where) for name, where in FILTERS.items()}
        shop.recommend(user=users[0], query="a quiet film about a family", k=10)
        ranked["query"] = _timed(shop, users, None, query="a quiet film about a family")
        resident, files = _status("VmRSS"), _status("RssFile")
        places = [each.folder.name for each in beside] or ["index"]
        row = {
            "items": items,
            "servers": servers,
            "ranking, ms": ranked,
            "processor of a list, ms": dict(zip(("gateway", "servers"), _a_list(spent, users), strict=True)),
            f"recall@{BEST}": _recalls(shop, users),
            "index items/s": round(items / seconds["index"]),
            "item put until found, s": _found_after(shop),
            "resident GB": resident,
            "resident GB, files": files,
            "peak GB": _status("VmHWM"),
            "seconds": seconds,
            "resident GB after, without files": grown,
            "bytes an item": dict(_bytes(shop)),
            "index MB on disk": round(sum(_size(Path(folder) / place) for place in places) / 1e6),
            "Chroma servers, GB": [_status("VmRSS", each.pid) for each in beside],
        }
        shop.pipeline.index.close()
    return row


def _a_list(seconds: Sequence[float], users: Sequence[str]) -> list[float]:
    return [round(1000 * each / len(users), 1) for each in seconds]


def _spent(process: int) -> float:
    """Seconds of processor that another process took until now."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _timed(shop: "Recommender", users: Sequence[str], where: str | None, **more: str) -> dict[str, Any]:
    """Milliseconds of a list of ten, and the medians of its steps."""
    spent, steps = [], []
    for user in users:
        started = time.perf_counter()
        answer = shop.recommend(user=user, where=where, k=10, **more)
        spent.append(1000 * (time.perf_counter() - started))
        steps.append(answer.timings)
    p50, p95 = np.percentile(spent, (50, 95)).round(1).tolist()
    return {"p50": p50, "p95": p95} | {
        s: round(1000 * float(np.median([each[s] for each in steps])), 1) for s in steps[0]
    }


def _recalls(shop: "Recommender", users: Sequence[str]) -> dict[str, float]:
    """Share of the best by q.v + b that the index gives, and that are candidates under each filter."""
    from llmrec.retrieval.candidates import CandidateQuery, gather
    from llmrec.retrieval.filters import parse_where
    from llmrec.retrieval.index import exact_search

    pipeline, catalog = shop.pipeline, shop.catalog
    histories = [catalog.rows(catalog.history(user)) for user in users]
    q = pipeline.engine.query_vectors(histories, [""] * len(histories)).vectors
    exact = partial(exact_search, pipeline.components.v[:], pipeline.components.b, q, BEST)
    whole = np.ones(len(catalog.items), np.bool_)
    near = pipeline.index.query(q, BEST, None, histories).rows
    found = {"index": _share(exact(whole, histories), near)}
    for name, where in {"no filter": "", **FILTERS}.items():
        chosen = parse_where(where, catalog) if where else None
        allowed = chosen.mask(catalog) if chosen else whole
        proposed = gather(pipeline.sources, CandidateQuery(q, histories, histories, chosen, allowed)).rows
        found[name] = _share(exact(allowed, histories), proposed)
    return found


def _share(wanted: Sequence[NDArray[np.intp]], found: Sequence[NDArray[np.intp]]) -> float:
    pairs = zip(wanted, found, strict=True)
    return round(float(np.mean([np.isin(best, rows).mean() for best, rows in pairs if len(best)])), 4)


def _found_after(shop: "Recommender", many: int = 3) -> list[float]:
    """Seconds from having an item until a request for it in words lists it; the first loads the encoder."""
    from llmrec.catalog import Item
    from llmrec.recommender import Recommender

    took = []
    for n in range(many + 1):
        title = f"The lighthouse keeper of island {n}"
        started = time.perf_counter()
        item = Item(f"put-{n}", title, "A keeper alone with the sea.", {"price": 12.5, "year": 1990})
        shop = Recommender(shop.pipeline.update_items([item]))
        assert item.id in [each.id for each in shop.recommend(history=(), query=title, k=10).items]
        took.append(round(time.perf_counter() - started, 2))
    return took[1:]


def _bytes(shop: "Recommender") -> Iterator[tuple[str, int]]:
    """What the arrays of each part take, for each item."""
    pipeline, parts = shop.pipeline, shop.pipeline.components
    items = len(shop.catalog.items)
    preferences, terms, cold = parts.preferences, parts.terms, parts.cold_start
    sizes = {
        "media": sum(x.nbytes for x in pipeline.media.vectors.values()),
        "media as the index compares them": sum(x.nbytes for x in parts.short_media.values()),
        "item vectors": parts.v.nbytes + parts.b.nbytes,
        "item-item model": sum(x.nbytes for x in parts.interaction_models.collaborative.state().values()),
        "preferences": sum(x.nbytes for own in (preferences.codes, preferences.places) for x in own.values())
        if preferences
        else 0,
        "words": sum(x.nbytes for x in (terms.counts.data, terms.counts.indices)) if terms else 0,
        "cold start": sum(x.nbytes for x in vars(cold).values() if isinstance(x, np.ndarray)) if cold else 0,
    }
    for name, size in sizes.items():
        yield name, round(size / items)


def _size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _status(name: str, process: int | str = "self") -> float:
    """GB of memory that a process has of a kind that Linux counts."""
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith(name))
    return round(int(line.split()[1]) / 1e6, 2)


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as Markdown, a column a size."""
    lines = [
        "| | " + " | ".join(f"{row['items']:,} items" for row in rows) + " |", "| --- |" + " --- |" * len(rows)
    ]  # fmt: skip

    def line(name: str, cells: Sequence[object]) -> None:
        lines.append(f"| {name} | " + " | ".join(map(str, cells)) + " |")

    for name in rows[0]["ranking, ms"]:
        timed = [row["ranking, ms"][name] for row in rows]
        line(f"ranking, {name}: p50 · p95, ms", [f"{each['p50']} · {each['p95']}" for each in timed])
    for name in rows[0]["processor of a list, ms"]:
        line(f"processor of a list, {name}, ms", [row["processor of a list, ms"][name] for row in rows])
    for name in rows[0][f"recall@{BEST}"]:
        line(f"recall@{BEST}, {name}", [row[f"recall@{BEST}"][name] for row in rows])
    for name in (
        "resident GB", "resident GB, files", "Chroma servers, GB", "peak GB", "index items/s",
        "item put until found, s", "index MB on disk",
    ):  # fmt: skip
        line(name, [row[name] for row in rows])
    line("bytes an item in the process", [f"{sum(row['bytes an item'].values()):,}" for row in rows])
    return "\n".join(lines)


def plot(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Ranking and memory against the number of items."""
    import matplotlib.pyplot as plt

    sizes = [row["items"] for row in rows]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
    for name in rows[0]["ranking, ms"]:
        left.plot(sizes, [row["ranking, ms"][name]["p95"] for row in rows], marker="o", label=name)
    right.plot(sizes, [row["resident GB"] for row in rows], marker="o")
    left.set(xscale="log", xlabel="items", ylabel="ranking, p95, ms", ylim=(0, None))
    right.set(xscale="log", xlabel="items", ylabel="resident, GB", ylim=(0, None))
    left.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def main() -> None:
    """Measure each size in a process of its own, and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--items", type=whole_numbers, default="10000,100000", help="sizes, with commas between them")
    options.add_argument("--requests", type=whole_number, default=40, help="of each kind")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets a line a size")
    options.add_argument("--plot", type=Path, help="file that gets the plot")
    options.add_argument("--servers", type=int, choices=range(17), default=0, help="Chroma servers; 0: in the process")
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(measured(chosen.one, chosen.requests, chosen.servers)))
        return
    rows = []
    for items in chosen.items:
        command = [sys.executable, "-m", "eval.scale", "--one", str(items), "--requests", str(chosen.requests)]
        command += ["--servers", str(chosen.servers)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        result = rows[-1] | {"requests": chosen.requests, "seed": SEED}
        file_measurement("scale", result, command_line(), same=("items", "servers"), file=chosen.out)
    print(table(rows))
    if chosen.plot:
        plot(rows, chosen.plot)


if __name__ == "__main__":
    run_command(main)

"""The index on a real embedded Chroma: recall, filters, exclusion, stamps, damage, two processes, a full disk."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from llmrec.catalog import Catalog, Item
from llmrec.errors import BadInput, IndexMismatch, IndexOutdated, StorageError
from llmrec.retrieval import chroma
from llmrec.retrieval.chroma import ChromaIndex
from llmrec.retrieval.filters import parse_where
from llmrec.retrieval.fingerprint import IndexFingerprint, fingerprint
from llmrec.retrieval.index import Neighbours

N, DIM = 1682, 128


def made(n: int = N, dim: int = DIM, seed: int = 0) -> tuple[np.ndarray, np.ndarray, Catalog, IndexFingerprint]:
    """Vectors of rank 30 plus noise, biases like log counts: what trained heads look like."""
    rng = np.random.default_rng(seed)
    v = rng.normal(size=(n, 30)) @ rng.normal(size=(30, dim)) / 30**0.5 + 0.1 * rng.normal(size=(n, dim))
    b = np.log(rng.zipf(1.5, n).clip(1, 600))
    items = tuple(
        Item(f"{row:04d}", f"Title {row}", "", {"year": 1900 + row % 100, "genres": ("Comedy", "War")[: row % 3]})
        for row in range(n)
    )
    catalog = Catalog("made", items, {})
    return v.astype(np.float32), b.astype(np.float32), catalog, IndexFingerprint.of(catalog, {"text": "t1"}, "a1", dim)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    v, b, catalog, fingerprint = made()
    seen: list[int] = []
    with ChromaIndex.build(
        tmp_path_factory.mktemp("index") / "ix", v, b, catalog, fingerprint, seen.append
    ) as pipeline:
        assert seen[-1] == N
        yield pipeline


@pytest.fixture(scope="module")
def queries() -> np.ndarray:
    rng = np.random.default_rng(9)
    return (rng.normal(size=(40, DIM)) @ made()[0][:DIM] / 10).astype(np.float32)


def test_what_all_vectors_have_in_common_leads_no_search_astray(tmp_path: Path) -> None:
    """A recall of 0.23 where the middle of the vectors was most of them (a checkpoint of Amazon Beauty)."""
    v, b, catalog, fingerprint = made(3000)
    rng = np.random.default_rng(1)
    queries, common = rng.normal(size=(20, DIM)).astype(np.float32), rng.normal(size=DIM) * 6
    v = (v + common).astype(np.float32)
    exact = queries @ v.T + b
    with ChromaIndex.build(tmp_path / "ix", v, b, catalog, fingerprint) as built:
        near = built.query(queries, 100)
        rows, scores = near.rows, near.scores
    for n, found in enumerate(rows):
        np.testing.assert_allclose(scores[n], exact[n, found], rtol=1e-3, atol=1e-2)
    assert np.mean([len({*found.tolist()} & {*np.argsort(-exact[n])[:100]}) for n, found in enumerate(rows)]) > 95


def test_an_index_that_does_not_tell_its_centre_is_refused() -> None:
    for metadata in (None, {}, {chroma.CENTRE: "!"}, {chroma.CENTRE: 3}):
        with pytest.raises(IndexMismatch, match="stored without"):
            chroma.centre_in(metadata)
    centre = np.arange(3, dtype=np.float32)
    *_, fingerprint = made(2)
    described = chroma.with_centre(chroma.described(fingerprint, 2, 1), centre)
    assert chroma.centre_in(described["metadata"]).tolist() == [0, 1, 2]


def test_recall_scores_and_order(index: ChromaIndex, queries: np.ndarray) -> None:
    v, b, *_ = made()
    exact = queries @ v.T + b
    near = index.query(queries, 100)
    rows, scores = near.rows, near.scores
    recall = [len(set(found) & set(np.argsort(-exact[n])[:100])) / 100 for n, found in enumerate(rows)]
    assert np.mean(recall) >= 0.95
    for n, found in enumerate(rows):
        np.testing.assert_allclose(scores[n], exact[n][found], rtol=1e-3, atol=1e-3)
        assert (np.diff(scores[n]) <= 1e-4).all()


def test_an_index_looks_as_far_as_it_is_told(tmp_path: Path, queries: np.ndarray) -> None:
    v, b, catalog, fingerprint = made(4000)
    exact = [{*rows[:10].tolist()} for rows in np.argsort(-(queries @ v.T + b), axis=1)]

    def recall(ef: int | None) -> float:
        with ChromaIndex.open(tmp_path / "ix", fingerprint, ef=ef) as index:
            near = index.query(queries, 10).rows
        return float(np.mean([len(own & {*rows.tolist()}) / 10 for own, rows in zip(exact, near, strict=True)]))

    ChromaIndex.build(tmp_path / "ix", v, b, catalog, fingerprint, ef=1).close()
    assert recall(1) < recall(None) <= recall(2000) + 0.01


def test_a_large_catalogue_lies_in_several_graphs_and_answers_as_one(
    tmp_path: Path, queries: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    v, b, catalog, fingerprint = made()
    ChromaIndex.build(tmp_path / "one", v, b, catalog, fingerprint).close()
    monkeypatch.setattr(chroma, "PART", 500)
    where, closed = parse_where("year>=1950", catalog), [[n, 700] for n in range(len(queries))]
    with ChromaIndex.open(tmp_path / "one", fingerprint) as one:  # built before it would have been parted
        whole = one.query(queries, 50, where, closed)
        with ChromaIndex.build(tmp_path / "many", v, b, catalog, fingerprint) as many:
            parted = many.query(queries, 50, where, closed)
            assert many.items == N and len(many.query(queries[:1], N).rows[0]) == N
        ChromaIndex.open(tmp_path / "many", fingerprint, ef=900).close()  # is read anew to be searched further
    assert np.mean([np.isin(*rows).mean() for rows in zip(whole.rows, parted.rows, strict=True)]) > 0.98
    for rows, scores, shut in zip(parted.rows, parted.scores, closed, strict=True):
        assert len({*rows.tolist()}) == 50 and not {*rows.tolist()} & {*shut}
        assert (np.diff(scores) <= 0).all() and all(catalog.items[row].attributes["year"] >= 1950 for row in rows)


def test_batch_equals_single(index: ChromaIndex, queries: np.ndarray) -> None:
    batch = index.query(queries[:5], 20)
    for n in range(5):
        alone = index.query(queries[n : n + 1], 20)
        assert alone.rows[0].tolist() == batch.rows[n].tolist()
        np.testing.assert_allclose(alone.scores[0], batch.scores[n], atol=1e-4)


def test_seen_items_never_come_back_and_k_are_left(index: ChromaIndex, queries: np.ndarray) -> None:
    v, b, *_ = made()
    best = np.argsort(-(queries[:3] @ v.T + b), axis=1)
    exclude = [best[0][:300].tolist(), [], best[2][:10].tolist()]
    near = index.query(queries[:3], 50, exclude=exclude)
    for found, never in zip(near.rows, exclude, strict=True):
        assert len(found) == len(set(found.tolist())) == 50
        assert not set(found.tolist()) & set(never)
    assert [len(each) for each in near.scores] == [50, 50, 50]


def test_a_filter_keeps_only_what_matches(index: ChromaIndex, queries: np.ndarray) -> None:
    v, b, catalog, _ = made()
    chosen = parse_where("year>=1990 and genre=war", catalog)
    allowed = np.flatnonzero(chosen.mask(catalog)).tolist()
    exact = queries @ v[allowed].T + b[allowed]
    near = index.query(queries, 20, where=chosen, exclude=[allowed[:5]] * len(queries))
    for n, found in enumerate(near.rows):
        assert set(found.tolist()) <= set(allowed[5:])
        wanted = {allowed[place] for place in np.argsort(-exact[n]) if place >= 5}
        best = [allowed[place] for place in np.argsort(-exact[n]) if place >= 5][:20]
        assert len(set(found.tolist()) & set(best)) >= 19
        assert set(found.tolist()) <= wanted
    none = index.query(queries[:2], 5, where=parse_where("year>3000", catalog))
    assert [len(found) for found in (*none.rows, *none.scores)] == [0, 0, 0, 0]


def test_asking_for_everything_or_nothing(index: ChromaIndex, queries: np.ndarray) -> None:
    assert len(index.query(queries[:1], 5000).rows[0]) >= 0.99 * N
    assert len(index.query(queries[:1], 0).rows[0]) == 0
    assert index.query(queries[:0], 10) == Neighbours([], [])


def test_a_query_is_quick(index: ChromaIndex, queries: np.ndarray) -> None:
    times = []
    for query in queries:
        start = time.perf_counter()
        index.query(query[None], 100, exclude=[range(50)])
        times.append(time.perf_counter() - start)
    assert np.median(times) < 0.05  # 1 ms on an idle core; the target is 10


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, IndexFingerprint]:
    """A closed index of 60 items."""
    v, b, catalog, fingerprint = made(60, 8)
    ChromaIndex.build(tmp_path / "ix", v, b, catalog, fingerprint).close()
    return tmp_path / "ix", fingerprint


def test_opens_again_after_closing(small: tuple[Path, IndexFingerprint]) -> None:
    v, b, *_ = made(60, 8)
    for _ in range(2):
        with ChromaIndex.open(*small) as pipeline:
            assert pipeline.query(v[:1], 3).rows[0].tolist() == np.argsort(-(v @ v[0] + b))[:3].tolist()


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"encoders": "text=other"}, "encoders is 'text=t1', not 'text=other'"),
        ({"adapter": "a2"}, "adapter is 'a1', not 'a2'"),
        ({"dimension": 65}, "dimension is 9, not 65"),
    ],
)
def test_an_index_of_another_make_is_refused(small: tuple[Path, IndexFingerprint], change: dict, names: str) -> None:
    path, fingerprint = small
    with pytest.raises(IndexMismatch, match="llmrec index") as refusal:
        ChromaIndex.open(path, replace(fingerprint, **change))
    assert names in str(refusal.value)
    ChromaIndex.open(path, fingerprint).close()


def test_an_index_of_other_items_is_told_from_one_of_another_make(small: tuple[Path, IndexFingerprint]) -> None:
    path, fingerprint = small
    with pytest.raises(IndexOutdated, match="before the items changed"):
        ChromaIndex.open(path, replace(fingerprint, catalogue="0"))
    with pytest.raises(IndexMismatch, match="adapter is") as refusal:
        ChromaIndex.open(path, replace(fingerprint, catalogue="0", adapter="a2"))
    assert not isinstance(refusal.value, IndexOutdated)


def test_an_index_of_whole_vectors_is_one_to_build_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    v, b, catalog, fingerprint = made(20, 8)
    former = {name: value for name, value in asdict(fingerprint).items() if name != "form"}
    with monkeypatch.context() as patched:
        patched.setattr(chroma, "asdict", lambda _: former)
        patched.setattr(IndexFingerprint, "differences", lambda *_: [])
        ChromaIndex.build(tmp_path / "ix", v, b, catalog, fingerprint).close()
    with pytest.raises(IndexOutdated, match="llmrec index"):
        ChromaIndex.open(tmp_path / "ix", fingerprint)
    with pytest.raises(IndexMismatch, match="adapter is") as refusal:
        ChromaIndex.open(tmp_path / "ix", replace(fingerprint, adapter="a2"))
    assert not isinstance(refusal.value, IndexOutdated)


def test_the_fingerprint_follows_every_part_of_an_item() -> None:
    _, _, catalog, _ = made(5, 4)
    pictures = {"image": ["a", "", "b", "c", "d"]}
    first, *rest = catalog.items
    for other in (
        (*rest, first),
        (*catalog.items[:4],),
        (replace(first, title="x"), *rest),
        (replace(first, attributes={"year": 1}), *rest),
        (replace(first, description="x"), *rest),
    ):
        assert fingerprint(replace(catalog, items=other), pictures) != fingerprint(catalog, pictures)
    assert fingerprint(replace(catalog, name="renamed"), pictures) == fingerprint(catalog, pictures)
    for changed in ({}, {"image": ["a", "", "b", "c", "new"]}, {"image": ["a", "b", "", "c", "d"]}):
        assert fingerprint(catalog, changed) != fingerprint(catalog, pictures)


def test_vectors_that_do_not_fit_the_catalogue_are_refused(tmp_path: Path) -> None:
    v, b, catalog, fingerprint = made(20, 8)
    with pytest.raises(ValueError, match="20 items"):
        ChromaIndex.build(tmp_path / "ix", v[:10], b[:10], catalog, fingerprint)


def test_no_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMismatch, match=r"no index at .*llmrec index"):
        ChromaIndex.open(tmp_path / "none", made(5, 4)[3])


def _sqlite(path: Path) -> Path:
    return next(path.glob("chroma-*")) / "chroma.sqlite3"


@pytest.mark.parametrize("fault", ["garbage", "truncated", "no database", "no folder", "pointer", "binary pointer"])
def test_a_damaged_index_is_refused_and_rebuilt(small: tuple[Path, IndexFingerprint], fault: str) -> None:
    path, fingerprint = small
    if fault == "garbage":
        _sqlite(path).write_bytes(os.urandom(20_000))
    elif fault == "truncated":
        _sqlite(path).write_bytes(_sqlite(path).read_bytes()[:3000])
    elif fault == "no database":
        _sqlite(path).unlink()
    elif fault == "no folder":
        shutil.rmtree(_sqlite(path).parent)
    else:
        (path / "current").write_bytes(b"chroma-gone" if fault == "pointer" else b"\xff\xfe\x00")
    with pytest.raises(IndexMismatch, match="run `llmrec index`"):
        ChromaIndex.open(path, fingerprint)
    v, b, catalog, _ = made(60, 8)
    with ChromaIndex.build(path, v, b, catalog, fingerprint) as pipeline:
        assert len(pipeline.query(v[:1], 3).rows[0]) == 3
    assert len(list(path.glob("chroma-*"))) == 1


HOLD = """
import json, sys
from pathlib import Path
import numpy as np
from llmrec.retrieval.fingerprint import IndexFingerprint
from llmrec.retrieval.chroma import ChromaIndex
index = ChromaIndex.open(Path(sys.argv[1]), IndexFingerprint(**json.loads(sys.argv[2])))
print("open", flush=True)
for line in sys.stdin:
    rows = index.query(np.array([json.loads(line)], np.float32), 5).rows
    print(json.dumps(rows[0].tolist()), flush=True)
index.close()
"""


class Terminal:
    """Another process that has the index open and answers queries."""

    def __init__(self, path: Path, fingerprint: IndexFingerprint) -> None:
        program = [sys.executable, "-c", HOLD, str(path), json.dumps(asdict(fingerprint))]
        self.process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "open"

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, q: np.ndarray) -> list[int]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(q.tolist()) + "\n")
        self.process.stdin.flush()
        return list(json.loads(self._line()))

    def end(self, how: signal.Signals | None = None) -> None:
        if how is not None:
            self.process.send_signal(how)
        self.process.communicate()


def test_damaged_vectors_are_refused(tmp_path: Path) -> None:
    v, b, catalog, fingerprint = made()  # over Chroma's threshold, so that the vectors lie in files of their own
    path = tmp_path / "ix"
    ChromaIndex.build(path, v, b, catalog, fingerprint).close()
    for part in _sqlite(path).parent.glob("*/data_level0.bin"):
        part.write_bytes(part.read_bytes()[:50])
    program = [
        sys.executable,
        "-c",
        HOLD,
        str(path),
        json.dumps(asdict(fingerprint)),
    ]  # this process may still cache them
    done = subprocess.run(program, capture_output=True, text=True)
    assert "llmrec.errors.IndexMismatch" in done.stderr
    assert "run `llmrec index`" in done.stderr


def test_a_rebuild_that_fails_leaves_the_old_index(small: tuple[Path, IndexFingerprint]) -> None:
    path, fingerprint = small
    v, b, catalog, _ = made(60, 8, seed=1)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ChromaIndex.build(path, v, b, catalog, replace(fingerprint, adapter="a2"), stop)
    ChromaIndex.open(path, fingerprint).close()
    assert len(list(path.glob("chroma-*"))) == 1


def test_two_processes_answer_from_one_index_and_leave_nothing_behind(small: tuple[Path, IndexFingerprint]) -> None:
    path, fingerprint = small
    v, b, *_ = made(60, 8)
    best = np.argsort(-(v @ v[0] + b))[:5].tolist()
    first, second = Terminal(path, fingerprint), Terminal(path, fingerprint)
    try:
        assert first.ask(v[0]) == second.ask(v[0]) == best
        with ChromaIndex.open(path, fingerprint) as third:
            assert third.query(v[:1], 5).rows[0].tolist() == best
        assert len(list(path.glob("chroma-*"))) == 2
        assert first.ask(v[0]) == best
        second.end()
        assert len(list(path.glob("chroma-*"))) == 1
    finally:
        first.end(), second.end()
    assert len(list(path.glob("lock-*"))) == 1


def test_a_forked_process_is_told_in_place_of_hanging(index: ChromaIndex, queries: np.ndarray) -> None:
    fork = get_context("fork")
    here, there = fork.Pipe()

    def ask() -> None:
        try:
            there.send(index.query(queries[:1], 3))
        except BadInput as error:
            there.send(str(error))

    child = fork.Process(target=ask)
    child.start()
    try:
        assert here.poll(30) and "multiprocessing's method 'spawn'" in here.recv()
    finally:
        child.kill()
        child.join()


def test_a_rebuild_leaves_another_process_the_index_it_has_open(small: tuple[Path, IndexFingerprint]) -> None:
    path, fingerprint = small
    v, b, catalog, _ = made(60, 8)
    before, after = (np.argsort(-(v @ v[0] + sign * b))[:5].tolist() for sign in (1, -1))
    other = Terminal(path, fingerprint)
    try:
        with ChromaIndex.build(path, v, -b, catalog, fingerprint) as rebuilt:
            assert rebuilt.query(v[:1], 5).rows[0].tolist() == after
            assert other.ask(v[0]) == before
    finally:
        other.end()
    assert len(list(path.glob("chroma-*"))) == 1  # the old one went with the last who had it open
    with ChromaIndex.open(path, fingerprint) as pipeline:
        assert pipeline.query(v[:1], 5).rows[0].tolist() == after


def test_killed_processes_leave_no_lock_and_their_copies_are_deleted(small: tuple[Path, IndexFingerprint]) -> None:
    path, fingerprint = small
    owner, reader = Terminal(path, fingerprint), Terminal(path, fingerprint)
    owner.end(signal.SIGKILL), reader.end(signal.SIGKILL)
    assert len(list(path.glob("chroma-*"))) == 2
    ChromaIndex.open(path, fingerprint).close()
    assert len(list(path.glob("chroma-*"))) == 1


FILL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_chroma import made
from llmrec.errors import StorageError
from llmrec.retrieval.chroma import ChromaIndex
path = Path(sys.argv[1]) / "ix"
v, b, catalog, stamp = made()
try:
    ChromaIndex.build(path, v, b, catalog, stamp)
except StorageError as error:
    assert not list(path.glob("chroma-*")), "a broken build was left behind"
    print("StorageError:", error)
"""


@pytest.mark.parametrize("size", ["20k", "1500k", "2500k"])
def test_a_full_disk_is_one_sentence(tmp_path: Path, size: str) -> None:
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    fill = f'mount -t tmpfs -o size={size} none "$1" && shift && exec "$@"'
    where = str(tmp_path)
    probe = (
        subprocess.run([*mount, fill, "sh", where, "true"], capture_output=True) if shutil.which("unshare") else None
    )
    if probe is None or probe.returncode:
        pytest.skip("this machine lets a user mount no small file system")
    program = [sys.executable, "-c", FILL, where, str(Path(__file__).parent)]
    done = subprocess.run([*mount, fill, "sh", where, *program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("StorageError: the index at")
    assert "free some space" in done.stdout


def test_a_place_that_cannot_hold_a_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    v, b, catalog, fingerprint = made(5, 4)
    with pytest.raises(StorageError, match="cannot be written"):
        ChromaIndex.build(tmp_path / "file" / "ix", v, b, catalog, fingerprint)

"""Lists for all users of the demo's catalogue: the same file however often a run was ended, nothing lost untold."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as arrow_parquet
import pytest

import llmrec
from llmrec import batch
from llmrec.batch import _made_of
from llmrec.batch_parts import PartStore, schema
from llmrec.batch_workers import Opening
from llmrec.catalog import Catalog
from llmrec.errors import BadFilter, BadInput, StorageError
from llmrec.recommender import Recommender
from llmrec.workers import PartResult

USERS = ("471", "943", "11", "42", "7")


@pytest.fixture(scope="module")
def shop() -> Iterator[Recommender]:
    recommender = Recommender.from_pretrained()
    yield recommender
    recommender.pipeline.index.close()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "PART", 2)
    monkeypatch.setattr(batch, "EXPLAINED_PART", 1)


class Ended(Exception):
    """In the place of a kill."""


def test_the_file_holds_what_each_user_is_recommended(shop: Recommender, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    result = llmrec.recommend_all(
        tmp_path / "recs.parquet", recommender=shop, users=USERS, k=4, query="a musical",
        where="year>=1990", progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert (result.users, result.rows, result.resumed, result.left_out, result.degraded) == (5, 20, 0, 0, ())
    assert seen == [(0, 5), (2, 5), (4, 5), (5, 5)]
    assert not (tmp_path / "recs.parquet.parts").exists()
    lists = pd.read_parquet(result.out)
    assert lists.columns.tolist() == ["user_id", "rank", "item_id", "title", "score"]
    assert lists["user_id"].drop_duplicates().tolist() == [*USERS]
    for user, own in lists.groupby("user_id"):
        expected = shop.recommend(user=str(user), k=4, query="a musical", where="year>=1990").items
        assert own["rank"].tolist() == [1, 2, 3, 4]
        assert own["item_id"].tolist() == [item.id for item in expected]
        assert own["score"].tolist() == pytest.approx([item.score for item in expected], abs=1e-3)


def test_reasons_are_kept_with_their_evidence(shop: Recommender, tmp_path: Path) -> None:
    llmrec.recommend_all(tmp_path / "recs.parquet", recommender=shop, users=USERS[:1], k=1, explain=True, style="line")
    (row,) = pd.read_parquet(tmp_path / "recs.parquet").to_dict("records")
    evidence = json.loads(row["evidence"])
    assert row["rationale"] == evidence["text"] and row["rationale"]
    assert {claim["verdict"] for claim in evidence["claims"]} == {"supported"}


def test_a_run_that_was_ended_goes_on_and_gives_the_same_file(shop: Recommender, tmp_path: Path) -> None:
    def end(done: int, _total: int) -> None:
        if done >= 2:
            raise Ended

    whole, broken = tmp_path / "whole.parquet", tmp_path / "broken.parquet"
    options: dict[str, Any] = {"recommender": shop, "users": USERS, "k": 3}
    llmrec.recommend_all(whole, **options)
    with pytest.raises(Ended):
        llmrec.recommend_all(broken, **options, progress=end)
    assert not broken.exists()
    parts = tmp_path / "broken.parquet.parts"
    (parts / "000001.parquet").write_bytes(b"PAR1 cut off by a power cut")
    (parts / "000002.parquet.partial").touch()
    seen: list[int] = []
    result = llmrec.recommend_all(broken, **options, progress=lambda done, _: seen.append(done))
    assert result.resumed == 2 and seen[0] == 2
    assert broken.read_bytes() == whole.read_bytes()

    again: list[int] = []
    result = llmrec.recommend_all(broken, **options, progress=lambda done, _: again.append(done))
    assert (result.rows, result.resumed, again) == (15, 5, [])


def test_parts_of_another_request_are_made_again(
    shop: Recommender, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def end(done: int, _total: int) -> None:
        if done:
            raise Ended

    out = tmp_path / "recs.parquet"
    with pytest.raises(Ended):
        llmrec.recommend_all(out, recommender=shop, users=USERS, k=3, progress=end)
    result = llmrec.recommend_all(out, recommender=shop, users=USERS, k=2)
    assert (result.rows, result.resumed) == (10, 0)
    assert "1 part in" in caplog.text and "made again" in caplog.text
    assert llmrec.recommend_all(out, recommender=shop, users=USERS[:4], k=2).rows == 8  # replaced


@pytest.mark.parametrize("form", ["lines", "table", "parquet"])
def test_users_come_from_a_file_and_unknown_ones_are_told(
    shop: Recommender, tmp_path: Path, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / f"users.{'parquet' if form == 'parquet' else 'txt'}"
    if form == "parquet":
        pd.DataFrame({"customer_id": [471, 99999, 7]}).to_parquet(file)
    else:
        head = "since;user_id\n" if form == "table" else ""
        mark = "2020;" if form == "table" else ""
        file.write_text(head + "".join(f"{mark}{user}\n" for user in ("471", "99999", "7")))
    result = llmrec.recommend_all(tmp_path / "recs.parquet", recommender=shop, users=file, k=1)
    assert (result.users, result.left_out) == (2, 1)
    assert result.quarantine is not None
    (row,) = map(json.loads, result.quarantine.read_text().splitlines())
    assert "99999" in row["row"] and row["reason"] == batch.UNKNOWN
    assert row["line"] == (3 if form == "table" else 2)
    assert "99999" in caplog.text
    assert pd.read_parquet(result.out)["user_id"].tolist() == ["471", "7"]


def test_users_for_whom_nothing_is_left_are_counted(shop: Recommender, tmp_path: Path) -> None:
    film = shop.catalog.item(shop.catalog.history("42")[0])
    where = f"year={film.attributes['year']} and genre={film.attributes['genres'][0]}"  # type: ignore[index]
    fitting = {item.id for item in shop.recommend(user="42", where=where, k=1000).items}
    result = llmrec.recommend_all(
        tmp_path / "recs.parquet", recommender=shop, users=("42",), where=where, never=tuple(fitting), k=5
    )
    assert (result.rows, result.without_items) == (0, 1)
    assert pd.read_parquet(result.out).columns.tolist() == schema(explain=False).names


def test_what_no_batch_can_be_made_of_is_refused(shop: Recommender, tmp_path: Path) -> None:
    def refused(error: type[Exception], match: str, **options: Any) -> None:
        with pytest.raises(error, match=match):
            llmrec.recommend_all(**{"out": tmp_path / "recs.parquet", "recommender": shop, **options})

    (tmp_path / "users.txt").write_text("x\ny\n")
    (tmp_path / "users.csv").write_text("item_id,title\n1,Heat\n")
    refused(BadInput, "none of the 2 users", users=tmp_path / "users.txt")
    refused(BadInput, "no column of users", users=tmp_path / "users.csv")
    refused(BadInput, "cannot be read", users=tmp_path / "absent.txt")
    refused(BadInput, "pass a list", users="471")
    refused(BadInput, "is a folder", out=tmp_path)
    refused(BadInput, "pass `users`", user="471")
    refused(BadInput, "`workers` is 0", workers=0)
    refused(BadInput, "this process alone", workers=2)
    refused(BadInput, "this process alone", ray="local")
    refused(BadInput, "an adapter; pass it", adapter="ml-100k")
    refused(BadInput, "no field `kk`", kk=3)
    refused(BadFilter, "colour", where="colour=red")
    (tmp_path / "file").touch()
    refused(StorageError, "cannot be made", out=tmp_path / "file" / "recs.parquet", users=USERS)


def test_what_others_took_and_a_replaced_photo_make_other_lists(tiny_catalog: Catalog, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"

    def made_of(catalog: Catalog, users: Sequence[str] = ("ann",), content: bytes = b"one") -> str:
        if not photo.exists() or photo.read_bytes() != content:
            photo.write_bytes(content)
        opening = Opening(catalog, None, None, "first", None, {"image": photo})
        return _made_of(opening, catalog, users, 16, ())

    first, *others = tiny_catalog.histories
    fewer = {**tiny_catalog.histories, others[0]: tiny_catalog.histories[others[0]][:-1]}
    usual = made_of(tiny_catalog, [first])
    assert usual == made_of(tiny_catalog, [first])
    assert usual != made_of(replace(tiny_catalog, histories=fewer), [first])
    assert usual != made_of(tiny_catalog, others) and usual != made_of(tiny_catalog, [first], b"other")


def test_one_run_at_a_time_writes_a_file(tmp_path: Path) -> None:
    stores = [PartStore(tmp_path / "recs.parquet", "made of this", 1, schema(False)) for _ in range(2)]
    with stores[0].opened(), pytest.raises(BadInput, match="another llmrec"), stores[1].opened():
        pass


def test_rows_of_parts_are_joined_in_their_order_in_bounded_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmrec.batch_parts.GROUP_ROWS", 4)
    store = PartStore(tmp_path / "recs.parquet", "made of this", 3, schema(False))
    with store.opened():
        for number in (2, 0, 1):
            rows = {"user_id": [f"u{number}"] * 3, "rank": [1, 2, 3], "item_id": ["a", "b", "c"], "title": [""] * 3,
                    "score": [3.0, 2.0, 1.0]}  # fmt: skip
            table = schema(False).empty_table().from_pydict(rows, schema=schema(False))
            store.write(PartResult(number, table, {"degraded": ["index"] if number == 1 else [], "without_items": 0}))
        record = store.join()
    assert (record["rows"], record["degraded"]) == (9, ["index"])
    lists = arrow_parquet.ParquetFile(tmp_path / "recs.parquet")
    assert [lists.metadata.row_group(n).num_rows for n in range(3)] == [4, 4, 1]
    assert lists.read().column("user_id").to_pylist() == ["u0"] * 3 + ["u1"] * 3 + ["u2"] * 3
    assert store.finished() == record

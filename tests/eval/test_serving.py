"""The load generator: requests come whether or not others are answered, and waits are counted from when one was due.

And the record of what an engine sends: the bytes as they went, by phases; what is only asked is no part of it.
"""

import asyncio
import math
from contextlib import closing
from pathlib import Path
from random import Random

import httpx
import numpy as np
import pytest
from PIL import Image

from eval.encoding import measure
from eval.encoding import plot as plot_encoding
from eval.fuzz_media import films, fuzz, mutated, pictures, sounds
from eval.scale import item_item, made, table
from eval.serving.chats import converse, lost_events
from eval.serving.load import AWAY, Outcome, open_loop, plot, summary
from eval.serving.recording import Record, relayed
from llmrec.catalog import Catalog
from llmrec.encoders import Features, encoder
from llmrec.encoders.image import picture
from llmrec.recommender import Recommender
from llmrec.server.settings import Limits
from tests.engine.test_engines import Faulty
from tests.server.conftest import served


def test_requests_wait_for_nobody_and_count_the_wait() -> None:
    async def measure() -> tuple[list[Outcome], float]:
        one_at_a_time = asyncio.Lock()

        async def ask(_n: int) -> int:
            async with one_at_a_time:
                await asyncio.sleep(0.02)
            return 200

        return await open_loop(ask, rate=100, seconds=0.5)

    outcomes, interacted = asyncio.run(measure())
    assert 25 <= len(outcomes) <= 80  # Poisson, 50 on average
    assert interacted >= 0.02 * len(outcomes) > 0.5  # twice what it can do: it falls behind, and they come all the same
    late = sorted(outcome.seconds for outcome in outcomes)
    assert late[-1] > 0.2 > 0.02 <= late[0]


def test_who_is_told_to_come_again_is_no_error() -> None:
    outcomes = [Outcome(0.1, 200), Outcome(0.3, 200), Outcome(0.001, 429), Outcome(0.2, 503), Outcome(9.0, AWAY)]
    found = summary(outcomes, 2.0)
    assert (found["sent"], found["answered"], found["told to come again (429)"], found["errors"]) == (5, 2, 1, 2)
    assert found["answers a second"] == 1.0 and found["p50 ms"] == 200.0
    assert math.isnan(summary([Outcome(0.1, 429)], 1.0)["p95 ms"])


def test_a_request_without_an_answer_is_counted(tmp_path: Path) -> None:
    async def ask(n: int) -> int:
        if n % 2:
            raise httpx.ConnectError("gone")
        return 200

    outcomes, interacted = asyncio.run(open_loop(ask, rate=200, seconds=0.1, seed=1))
    assert {outcome.status for outcome in outcomes} == {200, AWAY}
    rows = [{"offered a second": rate, **summary(outcomes, interacted)} for rate in (1.0, 2.0)]
    plot(rows, "made", tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000


def test_what_goes_through_a_relay_is_recorded_and_answered() -> None:
    server, record = Faulty(), Record()
    server.wrong["/v1/completions"] = (503, {"error": "busy"})
    with relayed(server.url, record) as address, httpx.Client(base_url=address) as client:
        assert client.get("/version").json() == server.right["/version"]
        client.post("/pooling", json={"trial": 1})
        for number in (1, 2):
            record.begin()
            assert client.post("/pooling", content=b'{"n": %d}' % number).json() == server.right["/pooling"]
        assert client.post("/v1/completions", content=b"{}").status_code == 503
    server.stop()
    at = server.url
    assert record.phases == [
        [(f"{at}/pooling", b'{"n": 1}')],
        [(f"{at}/pooling", b'{"n": 2}'), (f"{at}/v1/completions", b"{}")],
    ]


def test_conversations_go_on_from_their_lists_and_events_are_looked_for(tmp_path: Path) -> None:
    recommender = Recommender.from_pretrained()

    async def talk(client: httpx.Client) -> None:
        async with httpx.AsyncClient(base_url=client.base_url, headers=client.headers, timeout=120) as asked:
            told = await converse(asked, at_once=1, requests=4)
            assert (told.errors, len(told.whole)) == ([], 4)
            ((user, items),) = told.acknowledged.items()
            assert len(items) >= 2  # the wish and "more like the second one" give a list each
            assert await lost_events(asked, told) == 0
            told.acknowledged[user] = [*items, "no-such-item"]
            assert await lost_events(asked, told) == 1

    with closing(recommender.pipeline.index), served(recommender, tmp_path, Limits()) as client:
        asyncio.run(talk(client))


def test_cold_is_work_and_cached_is_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    files = [tmp_path / f"{n}.jpg" for n in range(12)]
    for file in files:
        Image.fromarray(rng.integers(0, 255, (60, 60, 3), np.uint8)).save(file)
    row = measure(encoder("image", "lite0"), files, repeats=1)
    assert row["contents"] == 12
    assert row["cache"] > 2
    assert row["over the bare tower"] > 0.3
    plot_encoding({"image": row, "video": row}, tmp_path / "plot.png")
    assert Image.open(tmp_path / "plot.png").width > 100


def test_the_seeds_are_sound() -> None:
    for raw in pictures().values():
        assert picture(raw).size == (64, 64)
    assert all(films().values()) and all(sounds().values())


def test_mutations_repeat_and_differ() -> None:
    seeds = [b"x" * 200, b"y" * 300]
    made = [mutated(seeds, Random(n)) for n in range(50)]
    assert made == [mutated(seeds, Random(n)) for n in range(50)]
    assert len(set(made)) > 40


@pytest.mark.timeout(300)
def test_nothing_but_a_content_or_a_sentence_comes_out() -> None:
    outcomes, slowest, escaped = fuzz(300, seed=1)
    assert not escaped
    assert sum(outcomes.values()) >= 300
    assert {modality for modality, _ in (name.split(": ", 1) for name in outcomes)} == {"image", "video", "audio"}
    assert set(slowest) == {"image", "video", "audio"}


def test_a_grown_catalogue_begins_with_the_real_items_and_its_copies_are_like_theirs(
    tiny_catalog: Catalog, tiny_features: Features, tmp_path_factory: pytest.TempPathFactory
) -> None:
    catalog, media = made(60, tiny_catalog, tiny_features.media, tmp_path_factory.mktemp("one"))
    again, same = made(60, tiny_catalog, tiny_features.media, tmp_path_factory.mktemp("two"))
    assert catalog == again and all((media.vectors[m][:] == same.vectors[m][:]).all() for m in media.vectors)
    assert [item.title for item in catalog.items[:12]] == [item.title for item in tiny_catalog.items]
    assert len(catalog.items) == 60 and {*catalog.items[59].attributes} == {"genres", "year", "price"}
    text = media.vectors["text"][:]
    titles = [item.title for item in tiny_catalog.items]
    for copy, own in zip(catalog.items[12:], text[12:], strict=True):
        original = titles.index(copy.title)
        there = media.mask["text"][original]
        assert np.corrcoef(own, text[original])[0, 1] > 0.9 if there else not own.any()
    together = item_item(catalog)
    assert together.shape == (60, 60) and 0 < together.max() <= 1.001 and not together.diagonal().any()


def test_sizes_stand_beside_one_another_in_the_table() -> None:
    row = {
        "items": 10_000, "ranking, ms": {"no filter": {"p50": 10.0, "p95": 12.5}}, "recall@100": {"index": 0.99},
        "resident GB": 2.0, "peak GB": 2.5, "index items/s": 500, "item put until found, s": [0.5],
        "index MB on disk": 100, "resident GB, files": 0.5, "Chroma servers, GB": [],
        "processor of a list, ms": {"gateway": 80.0, "servers": 0.0},
        "bytes an item": {"item vectors": 516, "words": 63},
    }  # fmt: skip
    lines = table([row, row | {"items": 100_000}]).splitlines()
    assert lines[0] == "| | 10,000 items | 100,000 items |" and "| 10.0 · 12.5 | 10.0 · 12.5 |" in lines[2]
    assert lines[-1] == "| bytes an item in the process | 579 | 579 |"

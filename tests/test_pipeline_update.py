"""Items that come, change and go while the demo's catalogue is open."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from llmrec.catalog import Item
from llmrec.errors import UnknownItem
from llmrec.recommender import Recommender
from llmrec.request import Request

MINERS = Item(
    "miners", "Galaxy Miners", "A crew of miners far out in space meets an alien machine.",
    {"genres": ("Sci-Fi", "Adventure"), "year": 1997},
)  # fmt: skip
QUERY = "miners in space meet an alien machine"


@pytest.fixture(scope="module")
def shop() -> Iterator[Recommender]:
    recommender = Recommender.from_pretrained()
    yield recommender
    recommender.pipeline.index.close()


def ids(recommender: Recommender, request: Request) -> list[str]:
    return [item.id for item in recommender.recommend(request).items]


def test_a_new_item_is_found_explained_and_taken_as_history(shop: Recommender) -> None:
    grown = Recommender(shop.pipeline.update_items([MINERS], []))
    assert "miners" in ids(grown, Request(history=(), query=QUERY, k=3))
    assert "miners" not in ids(grown, Request(history=(), query=QUERY, where="year<1997", k=3))
    after = grown.recommend(Request(history=("miners",), k=3, explain=True))
    assert any(record.history_item == "miners" for record in after.items[0].evidence.items)  # type: ignore[union-attr]
    with pytest.raises(UnknownItem):
        shop.recommend(Request(history=("miners",)))


def test_the_others_keep_their_places(shop: Recommender) -> None:
    grown = Recommender(shop.pipeline.update_items([MINERS], []))
    before, after = ({i.id: i.score for i in each.recommend(user="42", k=30).items} for each in (shop, grown))
    after.pop("miners", None)
    assert {*before} & {*after} >= {*list(before)[:20]}
    moved = [after[id] - score for id, score in before.items() if id in after]
    assert max(moved) - min(moved) < 0.01  # one more item moves all scores by the same; only ties can turn


def test_a_changed_item_is_found_by_its_new_words_and_filters(shop: Recommender) -> None:
    old = shop.catalog.item("1")
    new = Item(
        "1", "Deep Reef", "Divers look for a sunken ship among sharks.", {"genres": ("Documentary",), "year": 2001}
    )
    other = Recommender(shop.pipeline.update_items([new], []))
    assert ids(other, Request(history=(), where="year=2001 and genre=Documentary", k=1)) == ["1"]
    again = Recommender(other.pipeline.update_items([old], []))
    assert "1" not in ids(again, Request(history=(), where="genre=Documentary", k=50))


def test_what_is_withdrawn_is_not_offered_until_it_is_put_again(shop: Recommender) -> None:
    best = ids(shop, Request(user="42", k=1))[0]
    without = Recommender(shop.pipeline.update_items([], [best]))
    assert best not in ids(without, Request(user="42", k=100))
    assert best in ids(
        Recommender(without.pipeline.update_items([shop.catalog.item(best)], [])), Request(user="42", k=3)
    )


def test_threads_get_the_answers_that_one_after_the_other_gets(shop: Recommender) -> None:
    requests = [Request(user=str(n), query="a funny film" if n % 2 else None, k=5) for n in range(1, 17)]
    alone = [ids(shop, request) for request in requests]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda request: ids(shop, request), requests)) == alone


def test_an_item_that_was_turned_down_is_never_answered(shop: Recommender) -> None:
    first, second = ids(shop, Request(user="42", k=2))
    assert ids(shop, Request(user="42", k=1, never=(first,))) == [second]


def test_answers_hang_on_the_items_and_not_on_the_way_to_them(shop: Recommender) -> None:
    """Gateways that took in the same changes one by one, or all at once at their start, give the same answers."""

    def film(n: int, more: str = "") -> Item:
        return Item(f"n{n}", f"New film {n}{more}", f"A robot and a river, part {n}{more}.", {"genres": ("Drama",)})

    folder, best = shop.catalog.items, ids(shop, Request(user="1", k=1))[0]
    other = Item(folder[5].id, "Zebra", "A zebra sleeps.", {"genres": ("Drama",), "year": 2001})
    one = shop.pipeline.update_items([film(0), film(1), film(2)]).update_items([film(3, " with a zebra")])
    one = one.update_items([other], [best])
    one = one.update_items([film(2), film(3), film(0, " again")], kept=len(folder))
    for step, at_once in (
        (one, shop.pipeline.update_items([other, film(2), film(3), film(0, " again")], [best])),
        (one.update_items([folder[5]], [other.id], kept=len(folder)), shop.pipeline.update_items([], [other.id, best])),
    ):
        assert step.catalog.items == at_once.catalog.items
        for request in (Request(user="7", k=30), Request(history=(), query="a robot and a zebra", k=30)):
            found, same = (Recommender(each).recommend(request).items for each in (step, at_once))
            assert [item.id for item in found] == [item.id for item in same]
            assert [item.score for item in found] == pytest.approx([item.score for item in same], abs=1e-4)

import gc

from llmrec.catalog import Catalog, Item
from llmrec.catalog.types import derived


def test_it_is_made_once_for_each_catalogue_and_dropped_with_it() -> None:
    made: list[str] = []

    def count(catalog: Catalog) -> int:
        made.append(catalog.name)
        return len(catalog.items)

    one, other = Catalog("one", (Item("1", "a"),), {}), Catalog("other", (), {})
    assert [derived(one, count), derived(one, count), derived(other, count)] == [1, 1, 0]
    assert made == ["one", "other"]
    del other
    gc.collect()
    # the next catalogue may lie where the other lay, and is not taken for it
    assert derived(Catalog("next", (Item("1", "a"), Item("2", "b")), {}), count) == 2

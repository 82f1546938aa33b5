"""Items put in, replaced or withdrawn while a catalogue is open: nothing is trained, and the index stays as it is.

A new item is known by its media: its scores come from the RecLM's item head and are lent by the items it is like
(`llmrec.retrieval.newcomers`). The index does not hold it; every item that came or changed since the index was built
is a candidate of every request, so that a changed item is found at once and thousands of them cost little.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from llmrec import paths
from llmrec.catalog import Catalog, Item
from llmrec.encoders import Features
from llmrec.model.pack import restore_model
from llmrec.opening import Opened, components_of, features_of
from llmrec.setup import base_folder


def changed(opened: Opened, put: Sequence[Item], withdrawn: Collection[str]) -> Opened:
    """`opened` with the items `put` in (in the place of those with their ids), and `withdrawn` items not offered.

    What was withdrawn before and is put again is offered again. `opened` itself goes on as it was. Raises
    `UnknownItem`, and what `features_of` raises.
    """
    catalog = _merged(opened.catalog, put)
    own, problems = features_of(Catalog(catalog.name, tuple(put), {}), opened.pack, paths.home(), progress=False)
    features = _replaced(opened.features, own, catalog)
    model = restore_model(
        opened.pack,
        base_folder(paths.home()),
        features.ids,
        features.vectors,
        features.mask,
        merged=opened.model.backbone,
    )
    rows = catalog.rows([item.id for item in put])
    gone = ({*opened.withdrawn} - {*rows}) | {*catalog.rows([*withdrawn])}
    return replace(
        opened,
        catalog=catalog,
        model=model,
        components=components_of(model, opened.pack, catalog, features),
        engine=opened.engine.over(model),
        features=features,
        problems=(*(p for p in opened.problems if p.item not in own.row), *problems),
        unindexed=np.union1d(opened.unindexed, np.array(rows, np.intp)),
        withdrawn=tuple(sorted(gone)),
    )


def _merged(catalog: Catalog, put: Sequence[Item]) -> Catalog:
    """The items in their rows, those of `put` in the place of their namesakes or at the end."""
    items = {item.id: item for item in catalog.items} | {item.id: item for item in put}
    return replace(catalog, items=tuple(items.values()))


def _replaced(features: Features, own: Features, catalog: Catalog) -> Features:
    """`features` in the rows of `catalog`, with those of `own` in the place of the old."""
    ids = tuple(item.id for item in catalog.items)
    rows = [catalog.row[item] for item in own.ids]
    more = len(ids) - len(features.ids)

    def texts(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
        grown = [*old, *[""] * more]
        for row, text in zip(rows, new, strict=True):
            grown[row] = text
        return tuple(grown)

    vectors, mask = {}, {}
    for m in features.encoders:
        vectors[m] = np.pad(features.vectors[m], ((0, more), (0, 0)))
        mask[m] = np.pad(features.mask[m], (0, more))
        vectors[m][rows], mask[m][rows] = own.vectors[m], own.mask[m]
    keys = {m: texts(features.keys[m], own.keys[m]) for m in features.encoders}
    return replace(
        features, ids=ids, title_keys=texts(features.title_keys, own.title_keys), vectors=vectors, mask=mask, keys=keys
    )

"""Names what media show: small probes on frozen features, taught by the few items somebody labelled.

An attribute such as colour stands in no column; the picture alone has it. Where `labels.csv` gives some items' value,
a multinomial logistic regression (scikit-learn) on each modality's features names it in the others, as the linear
probes of Alain & Bengio (2016, arXiv 1610.01644) ask what a representation holds. The modality that names the labelled
items best in cross-validation is the one that shows the attribute; items of which the probe is not sure stay unnamed.
The values found become attributes of a copy of the catalogue that explanations speak of; no ranking reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog, Label
from llmrec.ranking.components import Components

Floats = NDArray[np.float32]

SURE = 0.5
"""Least probability of a value that is named."""
TRUSTED = 0.8
"""Least cross-validated share of right names, among those it is sure of, for an attribute to be named at all."""
SURE_OF = 0.3
"""Least share of the labelled items that it must be sure of: a lucky few prove nothing."""
FEWEST = 3
"""Labelled items of a value from which it can be learnt."""
FOLDS = 5


@dataclass(frozen=True)
class Probe:
    """What was learnt of one attribute.

    `values (items,)`: the value of each item, "" where nothing is named; `precision`: cross-validated share of right
    names among the labelled items it was sure of; `coverage`: share of these it was sure of.
    """

    attribute: str
    modality: str
    values: tuple[str, ...]
    precision: float
    coverage: float


def spoken(catalog: Catalog, features: Mapping[str, Floats], mask: Mapping[str, NDArray[np.bool_]]) -> Catalog:
    """The catalogue with the attributes that its labels teach to see; itself where it has no labels.

    `features[modality] (items, dim)`, rows as in the catalogue; `mask[modality] (items,)`: who has that modality.
    """
    probes = learn_probes(catalog, features, mask)
    if not probes:
        return catalog
    items = []
    for row, item in enumerate(catalog.items):
        seen = {probe.attribute: value for probe in probes if (value := probe.values[row])}
        items.append(replace(item, attributes={**item.attributes, **seen}))
    return replace(catalog, items=tuple(items), seen={probe.attribute: probe.modality for probe in probes})


def probed(components: Components) -> Mapping[str, Floats]:
    """What probes read of a catalogue: the directions that users choose by, where those were learnt.

    A handful of numbers, so that few labels are enough; without one the whole vectors.
    """
    preferences = components.preferences
    return preferences.model.places(components.media) if preferences else components.media


def learn_probes(
    catalog: Catalog, features: Mapping[str, Floats], mask: Mapping[str, NDArray[np.bool_]]
) -> tuple[Probe, ...]:
    """A probe for each labelled attribute that some modality shows well enough, in the order of the labels."""
    by_attribute: dict[str, list[Label]] = {}
    for label in catalog.labels:
        by_attribute.setdefault(label.attribute, []).append(label)
    found = []
    for attribute, labels in by_attribute.items():
        told = {label.modality for label in labels} - {""}
        asked = [m for m in features if m in (told or features)]
        tried = [_probe(attribute, labels, catalog, m, features[m], mask[m]) for m in asked]
        able = [p for p in tried if p is not None and p.precision >= TRUSTED and p.coverage >= SURE_OF]
        if able:
            found.append(max(able, key=lambda probe: probe.precision * probe.coverage))
    return tuple(found)


def _probe(
    attribute: str,
    labels: Sequence[Label],
    catalog: Catalog,
    modality: str,
    features: Floats,
    mask: NDArray[np.bool_],
) -> Probe | None:
    """What a modality tells of an attribute; None where too few labelled items have it."""
    placed = [(catalog.row[label.item], label.value) for label in labels if label.item in catalog.row]
    values = [value for row, value in placed if mask[row]]
    learnt = [(row, value) for row, value in placed if mask[row] and values.count(value) >= FEWEST]
    if len({value for _, value in learnt}) < 2:
        return None
    rows, names = np.array([row for row, _ in learnt]), np.array([value for _, value in learnt])
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    said = np.full(len(rows), "", dtype=object)
    for part in range(FOLDS):
        out = fold == part
        if len(set(names[~out])) > 1 and out.any():
            said[out] = _named(features[rows[~out]], names[~out], features[rows[out]])
    sure = said != ""
    precision = float((said[sure] == names[sure]).mean()) if sure.any() else 0.0
    named = _named(features[rows], names, features)
    named[~mask] = ""
    for row, value in placed:
        named[row] = value
    return Probe(attribute, modality, tuple(map(str, named)), precision, float(sure.mean()))


def _named(x: Floats, names: NDArray[Any], asked: Floats) -> NDArray[Any]:
    """`(n,)` object: the value of each row of `asked (n, dim)` by a probe of `x (labelled, dim)`, "" where unsure."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(x, names)
    chances = model.predict_proba(asked)
    best = model.classes_[chances.argmax(1)].astype(object)
    best[chances.max(1) < SURE] = ""
    return np.asarray(best, dtype=object)

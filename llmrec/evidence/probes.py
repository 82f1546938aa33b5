"""Attributes that media show, predicted by small probes on frozen features from the few items that somebody labelled.

An attribute such as colour stands in no column; the picture alone has it. Where `labels.csv` gives some items' value, a
multinomial logistic regression (scikit-learn) on each modality's features predicts it for the others, as linear probes
ask what a representation holds. The modality that predicts the labelled items best in cross-validation is the one that
shows the attribute; items of which the probe is not sure get no value. The values become attributes of a copy of the
catalogue that evidence and rationales are made on; ranking does not read it.

References
----------
Alain & Bengio 2016, "Understanding intermediate layers using linear classifier probes" (arXiv 1610.01644).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.types import Catalog, Label
from llmrec.ranking.components import Components

Floats = NDArray[np.float32]

MIN_PROBABILITY = 0.5
"""Smallest predicted probability of a value that an item gets."""
MIN_PRECISION = 0.8
"""Cross-validated share of right values, among the labelled items that the probe is sure of, for an attribute to be
predicted at all."""
MIN_COVERAGE = 0.3
"""Share of the labelled items that the probe must be sure of: a few lucky predictions prove nothing."""
MIN_LABELLED = 3
"""Labelled items of a value from which it can be learnt."""
FOLDS = 5


@dataclass(frozen=True)
class Probe:
    """What was learnt of one attribute.

    Attributes
    ----------
    attribute : str
        Its name.
    modality : str
        The one that shows it.
    values : tuple of str
        The value of each item of the catalogue, "" where there is none.
    precision : float
        Cross-validated share of right values among the labelled items that the probe was sure of.
    coverage : float
        Share of the labelled items that it was sure of.
    """

    attribute: str
    modality: str
    values: tuple[str, ...]
    precision: float
    coverage: float


def labelled_catalog(
    catalog: Catalog, features: Mapping[str, Floats], mask: Mapping[str, NDArray[np.bool_]]
) -> Catalog:
    """Return the catalogue with the attributes that its media show.

    Parameters
    ----------
    catalog : Catalog
        With the labels of some items.
    features : mapping of str to numpy.ndarray
        Modality -> ``(items, dim)`` float32, rows as in the catalogue (see `probe_features`).
    mask : mapping of str to numpy.ndarray
        Modality -> ``(items,)`` bool: which items have it.

    Returns
    -------
    Catalog
        A copy whose `shown_by` says which modality shows an attribute; the catalogue itself where labels teach none.
    """
    probes = learn_probes(catalog, features, mask)
    if not probes:
        return catalog
    items = []
    for row, item in enumerate(catalog.items):
        predicted = {probe.attribute: value for probe in probes if (value := probe.values[row])}
        items.append(replace(item, attributes={**item.attributes, **predicted}))
    return replace(catalog, items=tuple(items), shown_by={probe.attribute: probe.modality for probe in probes})


def probe_features(components: Components) -> Mapping[str, Floats]:
    """Return the features that probes are trained on.

    Parameters
    ----------
    components : Components
        The catalogue's score components.

    Returns
    -------
    mapping of str to numpy.ndarray
        Modality -> ``(items, dim)`` float32: the directions that users choose by, where those were learnt (a handful of
        numbers, so that few labels are enough), else the whole vectors.
    """
    preferences = components.preferences
    return preferences.model.places(components.media) if preferences else {m: x[:] for m, x in components.media.items()}


def learn_probes(
    catalog: Catalog, features: Mapping[str, Floats], mask: Mapping[str, NDArray[np.bool_]]
) -> tuple[Probe, ...]:
    """Fit a probe for each labelled attribute that some modality predicts well enough.

    Parameters
    ----------
    catalog, features, mask
        As in `labelled_catalog`.

    Returns
    -------
    tuple of Probe
        In the order of the labels.
    """
    by_attribute: dict[str, list[Label]] = {}
    for label in catalog.labels:
        by_attribute.setdefault(label.attribute, []).append(label)
    probes = []
    for attribute, labels in by_attribute.items():
        modalities = {label.modality for label in labels} - {""}
        candidates = [
            _probe(attribute, labels, catalog, modality, x, mask[modality])
            for modality, x in features.items()
            if not modalities or modality in modalities
        ]
        reliable = [
            p for p in candidates if p is not None and p.precision >= MIN_PRECISION and p.coverage >= MIN_COVERAGE
        ]
        if reliable:
            probes.append(max(reliable, key=lambda probe: probe.precision * probe.coverage))
    return tuple(probes)


def _probe(
    attribute: str,
    labels: Sequence[Label],
    catalog: Catalog,
    modality: str,
    x: Floats,
    mask: NDArray[np.bool_],
) -> Probe | None:
    """Fit and cross-validate the probe of an attribute on one modality; None where too few labelled items have it."""
    labelled = [(catalog.row[label.item], label.value) for label in labels if label.item in catalog.row]
    counts = [value for row, value in labelled if mask[row]]
    training = [(row, value) for row, value in labelled if mask[row] and counts.count(value) >= MIN_LABELLED]
    if len({value for _, value in training}) < 2:
        return None
    rows, y = np.array([row for row, _ in training]), np.array([value for _, value in training])
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    predicted = np.full(len(rows), "", dtype=object)
    for part in range(FOLDS):
        held_out = fold == part
        if len(set(y[~held_out])) > 1 and held_out.any():
            predicted[held_out] = _predicted(x[rows[~held_out]], y[~held_out], x[rows[held_out]])
    confident = predicted != ""
    precision = float((predicted[confident] == y[confident]).mean()) if confident.any() else 0.0
    values = _predicted(x[rows], y, x)
    values[~mask] = ""
    for row, value in labelled:
        values[row] = value
    return Probe(attribute, modality, tuple(map(str, values)), precision, float(confident.mean()))


def _predicted(x: Floats, values: NDArray[Any], targets: Floats) -> NDArray[Any]:
    """Predict ``(n,)`` the value of each row of ``targets (n, dim)`` from ``x (labelled, dim)``; "" if unsure."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(x, values)
    probabilities = model.predict_proba(targets)
    best = model.classes_[probabilities.argmax(1)].astype(object)
    best[probabilities.max(1) < MIN_PROBABILITY] = ""
    return np.asarray(best, dtype=object)

"""Are colour variants told apart? `python -m eval.colours DATA` on a catalogue with a colour column (H&M).

Variants share title and description; what is left is the picture and the colour's name. For every test event (rolling
split) whose target has variants that the user has not taken, the right one is sought among them: recall@1, by the fused
score without its LLM (which has no weight there), each time with weights fitted on valid, and by what media tell alone,
without item-item model and popularity. Files its result in
eval/results/measurements.jsonl.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command
from eval.modalities.models import only
from eval.ranking.tables import grid
from eval.store import command_line, file_measurement
from llmrec.catalog import Catalog, load_catalog
from llmrec.encoders import Features, encoder, extract
from llmrec.errors import BadInput
from llmrec.evaluation.splits import Event, rolling_events, rolling_split
from llmrec.paths import home
from llmrec.ranking.components import Components, InteractionModels
from llmrec.ranking.fused import fit_weights, fuse
from llmrec.ranking.score_component import LLM
from llmrec.train.preference import learn_preference

COLOUR = "colour"


def main() -> None:
    """Measure, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    rows = measure(load_catalog(chosen.data), chosen.seed)
    file_measurement("colours", {"rows": rows, "seed": chosen.seed}, command_line())
    table = grid(list(rows[0]), [[str(value) for value in row.values()] for row in rows])
    print(table)


def measure(catalog: Catalog, seed: int) -> list[dict[str, Any]]:
    """A row for each of: picture or none, colour column or none. Raises `BadInput` where no item has a colour."""
    if not any(COLOUR in item.attributes for item in catalog.items):
        raise BadInput(f"no item has the attribute {COLOUR!r}; name a catalogue whose items have one")
    bare = replace(catalog, items=tuple(_without_colour(item) for item in catalog.items))
    split = rolling_split(catalog)
    train = [catalog.rows(items) for items in split.train.values() if items]
    events = {at: rolling_events(catalog, split, at) for at in ("valid", "test")}
    variants = _variants(catalog, events["test"])
    rows = []
    for named, read in (("yes", catalog), ("no", bare)):
        encoders = [encoder("text", "minilm"), encoder("image", "lite0")]
        features, _ = extract(read, encoders, home() / "features")
        for picture in ("yes", "no"):
            used = features if picture == "yes" else only(features, ["text"])
            found = _recall(used, train, events, variants, seed)
            rows.append({"picture": picture, "colour column": named, **found})
            print(rows[-1], flush=True)
    return rows


def _without_colour(item: Any) -> Any:
    return replace(item, attributes={name: value for name, value in item.attributes.items() if name != COLOUR})


def _variants(catalog: Catalog, events: Sequence[Event]) -> dict[int, list[int]]:
    """Number of a test event -> rows of the target's variants that were not taken before, itself first."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, item in enumerate(catalog.items):
        groups[item.title, item.description].append(row)
    found = {}
    for number, event in enumerate(events):
        target = catalog.items[event.target]
        seen = {event.target, *event.history}
        others = [row for row in groups[target.title, target.description] if row not in seen]
        if others:
            found[number] = [event.target, *others]
    return found


def _recall(
    features: Features,
    train: Sequence[Sequence[int]],
    events: Mapping[str, Sequence[Event]],
    variants: Mapping[int, Sequence[int]],
    seed: int,
) -> dict[str, Any]:
    """Recall@1 of the fused score and of the media alone; of a guess; and how many events there are."""
    items = len(features.ids)
    preference = learn_preference(features.vectors, features.mask, features.steps, train, seed)
    components = Components.of(
        np.zeros((items, 1), np.float32),
        np.zeros(items, np.float32),
        InteractionModels.fit(train, items, preference),
        features.vectors,
        features.mask,
        features.steps,
    )
    parts = {}
    for at, asked in events.items():
        histories = [e.history for e in asked]
        scores = components.scores(np.zeros((len(asked), 1), np.float32), histories)
        parts[at] = {str(key): x for key, x in scores.items() if key != LLM}
    found: dict[str, Any] = {}
    for name, left_out in (("fused", ()), ("media alone", ("collaborative", "popularity"))):
        kept = {at: {part: x for part, x in scores.items() if part not in left_out} for at, scores in parts.items()}
        histories = [e.history for e in events["valid"]]
        weights = fit_weights(kept["valid"], [e.target for e in events["valid"]], histories)
        scores = fuse(kept["test"], weights, [e.history for e in events["test"]])
        found[f"recall@1, {name}"] = round(float(np.mean([_first(scores[n, rows]) for n, rows in variants.items()])), 4)
    found["a guess"] = round(float(np.mean([1 / len(rows) for rows in variants.values()])), 4)
    return found | {"events": len(variants)}


def _first(scores: NDArray[np.float32]) -> float:
    """Whether the first of `scores (variants,)` is the best; of k equally good ones, by chance, 1 / k."""
    best = scores == scores.max()
    return float(best[0] / best.sum())


if __name__ == "__main__":
    run_command(main)

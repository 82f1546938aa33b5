"""How well a CLIP matches products with their words and names everyday objects: `python -m eval.clip DATA`.

The products are those of the catalogue that clip-lite's heads never learnt from, so that its figures stand beside those
of any open_clip model: `--model ViT-B-32 --pretrained laion2b_s34b_b79k`, a hub id or a folder. A photo is sought among
1,000 random ones by everything the catalogue says of its product, and by the title alone (which colour variants share);
scikit-image's coffee and cat among ImageNet's 1,000 class names. Files a line for each model and data set in
eval/results/measurements.jsonl.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from eval.command import run_command
from eval.store import command_line, file_measurement, measurements
from llmrec.catalog import Catalog, Item, load_catalog
from llmrec.encoders import Encoder, encoder, extract
from llmrec.paths import home
from llmrec.train.clip.imagenet_classes import class_names
from llmrec.train.clip.metrics import recall
from llmrec.train.clip.pairs import held_out

RIGHT = {
    "coffee": ("espresso",),
    "cat": ("tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"),
}
"""Pictures of scikit-image and the class names that are right for them."""


def main() -> None:
    """Measure one model on one catalogue, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="clip-lite", help="clip-lite, an open_clip name, hf-hub:…, or a folder")
    parser.add_argument("--pretrained", default="", help="open_clip's tag of the weights, or a checkpoint file")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    spec = chosen.model if chosen.model == "clip-lite" else f"open_clip:{chosen.model}"
    spec += f":{chosen.pretrained}" if chosen.pretrained else ""
    started = time.perf_counter()
    row = measure(chosen.data, encoder("image", spec), encoder("text", spec), chosen.seed)
    row |= {
        "seed": chosen.seed,
        "seconds": round(time.perf_counter() - started, 1),
    }
    file_measurement("clip", row, command_line(), same=("model", "data"))
    rows = measurements("clip")
    print(table(rows))


def measure(data: Path, image: Encoder[Any], text: Encoder[Any], seed: int) -> dict[str, Any]:
    """The row of a model, whose encoders are given."""
    catalog = load_catalog(data)
    items = tuple(item for item in catalog.items if "image" in item.media and held_out(item))
    cache = home() / "features"
    there = extract(Catalog(catalog.name, items, {}), [image], cache)[0]
    kept = np.flatnonzero(there.mask["image"])
    pictures = there.vectors["image"][kept]
    row: dict[str, Any] = {"model": image.id, "data": catalog.name, "products": len(kept)}
    for label, words in (
        ("all words", [items[n].text() for n in kept]),
        ("title", [items[n].title for n in kept]),
    ):
        said = Catalog("words", tuple(Item(str(n), words) for n, words in enumerate(words)), {})
        vectors = extract(said, [text], cache)[0].vectors["text"]
        row[label] = recall(_unit(pictures), _unit(vectors), words, seed)
    names = class_names()
    row["names"] = named(image, text.encode(names), names)
    return row


def named(image: Encoder[Any], vectors: np.ndarray[Any, Any], names: list[str]) -> dict[str, Any]:
    """Picture -> the rank of its first right name among all (1 is best), and the five nearest."""
    from skimage import data

    found = {}
    for name, pixels in (("coffee", data.coffee()), ("cat", data.chelsea())):
        vector = image.encode([image.fit(Image.fromarray(pixels))])[0]  # type: ignore[attr-defined]
        order = [names[n] for n in np.argsort(-(vectors @ vector))]
        rank = min(order.index(right) for right in RIGHT[name]) + 1
        found[name] = {"rank": rank, "nearest": order[:5]}
    return found


def _unit(vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Half precision leaves lengths a little off."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown."""
    lines = [
        "# Pictures and words in one space",
        "",
        "recall@1 / @5 / @10 among 1,000 random products that clip-lite's heads never learnt from (five draws; all of",
        "them where there are fewer), photo to words and words to photo; rank of the first right name among 1,000.",
        "",
        "| model | data | photo → all words | all words → photo | photo → title | title → photo | coffee | cat |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = [row["model"], f"{row['data']} ({row['products']})"]
        for label in ("all words", "title"):
            for way in ("", "reversed "):
                cells.append(" / ".join(f"{row[label][f'{way}recall@{k}']:.3f}" for k in (1, 5, 10)))
        cells += [f"{row['names'][name]['rank']} ({row['names'][name]['nearest'][0]})" for name in RIGHT]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"{r['model']}, {r['data']}: {r['command']}, {r['date']}." for r in rows)]) + "\n"


if __name__ == "__main__":
    run_command(main)

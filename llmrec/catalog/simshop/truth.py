"""The truth file of a SimShop: written beside the catalogue, read by who judges, never by a model."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrec.catalog.simshop.world import ATTRIBUTES, EMPHASIS, STRENGTH, Purchase, Taste, World, driver_logits
from llmrec.errors import BadInput, UnknownItem, UnknownUser

FILE = "truth.jsonl"
FORMAT = "simshop-1"


def truth_lines(world: World) -> Iterator[str]:
    """Write down what is true in a world.

    Parameters
    ----------
    world
        The world.

    Yields
    ------
    str
        One JSON object a line: the world, its items, users (with tastes), and purchases (with what drove each).
    """
    attributes = {a.name: {"modality": a.modality, "values": a.values} for a in ATTRIBUTES}
    head = {"format": FORMAT, "seed": world.seed, "strength": STRENGTH, "emphasis": EMPHASIS, "attributes": attributes}
    yield json.dumps({"kind": "world"} | head)
    for row, item in enumerate(world.items):
        values = {name: column[row] for name, column in world.values.items()}
        yield json.dumps({"kind": "item", "item": item, "values": values})
    for user, taste in world.tastes.items():
        told = {"likes": taste.likes, "weights": taste.weights, "modalities": taste.modalities}
        yield json.dumps({"kind": "user", "user": user} | told)
    for p in world.purchases:
        cause = {"attribute": p.attribute, "value": p.value, "modality": p.modality}
        yield json.dumps({"kind": "purchase", "user": p.user, "item": p.item, "timestamp": p.timestamp} | cause)


def load_truth(folder: Path) -> World:
    """Read the world back from the folder that `write_simshop` wrote.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    World

    Raises
    ------
    BadInput
        Where it holds no truth, a damaged one, or one of another format.
    """
    file = folder / FILE
    try:
        records = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        kinds: dict[str, list[dict[str, Any]]] = {"world": [], "item": [], "user": [], "purchase": []}
        for record in records:
            kinds[record["kind"]].append(record)
        head = kinds["world"][0]
        known = (head["format"], head["strength"], head["emphasis"]) == (FORMAT, STRENGTH, EMPHASIS)
        world = World(
            seed=head["seed"],
            items=tuple(record["item"] for record in kinds["item"]),
            values={a.name: tuple(record["values"][a.name] for record in kinds["item"]) for a in ATTRIBUTES},
            tastes={
                record["user"]: Taste({a: tuple(v) for a, v in record["likes"].items()}, record["weights"])
                for record in kinds["user"]
            },
            purchases=tuple(
                Purchase(*(record[name] for name in ("user", "item", "timestamp", "attribute", "value")))
                for record in kinds["purchase"]
            ),
        )
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read ({error.strerror}); pass a folder that `llmrec simshop` wrote"
        ) from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadInput(f"{file} is damaged; write the world again with `llmrec simshop`") from error
    if not known:
        raise BadInput(f"{file} was written by another version; write the world again with `llmrec simshop`")
    return world


def oracle_scores(world: World, user: str, seen: Collection[str] = ()) -> NDArray[np.float64]:
    """Return each item's probability to be a user's next purchase.

    The best any ranking can know: exact under the process of `world.py`, with the taste known and only the driver of
    the coming purchase unknown. Items that differ in nothing the taste is about have equal scores: break ties at
    random.

    Parameters
    ----------
    world
        The world.
    user
        Id of the user.
    seen
        Items that were bought, which get 0.

    Returns
    -------
    (items,) float64
        They add up to 1.

    Raises
    ------
    UnknownUser, UnknownItem
        Where the world lacks one of them.
    """
    if user not in world.tastes:
        raise UnknownUser(f"user {user!r} is not in this world ({len(world.tastes)} users); check the id")
    if unknown := set(seen) - set(world.items):
        raise UnknownItem(f"item {min(unknown)!r} is not in this world ({len(world.items)} items); check the id")
    taste = world.tastes[user]
    logits = driver_logits(taste, world.values)
    chance = np.exp(logits - logits.max())
    chance[:, np.isin(world.items, list(seen))] = 0.0
    drivers = np.array(list(taste.weights.values()))
    scores: NDArray[np.float64] = (drivers / drivers.sum()) @ (
        chance / np.maximum(chance.sum(1, keepdims=True), 1e-300)
    )
    return scores

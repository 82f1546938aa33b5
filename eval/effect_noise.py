"""How large an effect is noise: `python -m eval.effect_noise [USERS]`.

An effect is what an item's score loses without one film of the history, in standard deviations of the user's scores.
Noise is the effect between a film of the history and a random unseen film that have nothing in common (no genre, no
decade). Beside it: the effects of the films that the top three of the same users are explained by. Uses the shipped
checkpoint on the demo's data, the first USERS (default 100) users. Files its result in
eval/results/measurements.jsonl; its 95 % quantile is `llmrec.evidence.records.FAINT`, below which no sentence may call
a film of the history a cause without a hedge.
"""

import argparse
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.command import run_command, whole_number
from eval.store import file_measurement
from llmrec.catalog.vocabulary import Vocabulary
from llmrec.evidence.effects import history_effects
from llmrec.evidence.records import FAINT
from llmrec.evidence.selection import MAX_HISTORY
from llmrec.recommender import Recommender
from llmrec.request import Request

CANDIDATES, TOP, SEED = 40, 3, 0
QUANTILES = (0.5, 0.9, 0.95, 0.99)


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("users", type=whole_number, nargs="?", default=100, help="how many (default 100)")
    users = options.parse_args().users
    shop, rng = Recommender.from_pretrained(), np.random.default_rng(SEED)
    noise: list[NDArray[np.floating]] = []
    strongest: list[float] = []
    cited: list[float] = []
    for user in list(shop.catalog.histories)[:users]:
        unrelated, chosen = effects(shop, user, rng)
        noise += [films for films in unrelated if len(films)]
        for row in np.sort(chosen, axis=1)[:, ::-1][:, :MAX_HISTORY]:
            strongest.append(float(row[0]))
            cited += [float(effect) for effect in row if effect > 0]
    pairs = np.concatenate(noise)
    result = {
        "users": users,
        "pairs of a history film and a random film with nothing in common": len(pairs),
        "effect of such a pair": quantiles(pairs),
        "largest effect of such a pair on one random film": quantiles([found.max() for found in noise]),
        "effect of the films that the top three are explained by": quantiles(cited),
        "strongest film of each of the top three": quantiles(strongest),
        "FAINT": FAINT,
        "share of explaining films below FAINT": round(float(np.mean(np.array(cited) < FAINT)), 3),
        "share of the top three without a film from FAINT up": round(float(np.mean(np.array(strongest) < FAINT)), 3),
        "seed": SEED,
    }
    print(json.dumps(file_measurement("effect_noise", result, f"python -m eval.effect_noise {users}"), indent=2))


def effects(
    shop: Recommender, user: str, rng: np.random.Generator
) -> tuple[list[NDArray[np.floating]], NDArray[np.floating]]:
    """Effects on each random film of the history films unlike it, and of all on the user's top three `(TOP, films)`."""
    catalog, parts = shop.catalog, shop.pipeline
    response = shop.recommend(Request(user=user, k=TOP))
    assert response._state is not None
    top, situation = catalog.rows([item.id for item in response.items]), response._state.situation
    unseen = rng.choice(situation.scored.rows, CANDIDATES, replace=False).tolist()
    measured = history_effects(situation, [*top, *unseen], parts.components, parts.engine)
    left = measured.rows
    found = measured.effects / situation.spread()
    facets = [frozenset(Vocabulary.of(catalog).facets[item.id]) for item in catalog.items]
    unlike = [np.array([not facets[row] & facets[other] for other in left], np.bool_) for row in unseen]
    return [films[chosen] for films, chosen in zip(found[TOP:], unlike, strict=True)], found[:TOP]


def quantiles(values: Sequence[float] | NDArray[np.floating]) -> dict[str, float]:
    """Quantile -> effect."""
    return {f"{share:.0%}": round(float(np.quantile(values, share)), 4) for share in QUANTILES}


if __name__ == "__main__":
    run_command(main)

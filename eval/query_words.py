"""Is what a query names what its list has? `python -m eval.query_words [--data FOLDER --adapter PACK]`.

Films (the demo and the shipped checkpoint, by default): each of eighteen genres alone and in three phrasings ("a ...
film"). Clothes (H&M): twenty wishes that name a colour or a pattern beside what the thing is for ("something blue for
summer"). Each is asked by nobody in particular and by five users, and counted is the share of the first ten that have
what was named. Beside it the place of items by words alone (BM25), under queries that are composed of their own words
in phrasings that training does not use, as they are and with nouns in the plural. A line a catalogue goes to
eval/results/measurements.jsonl; a minute or two on one core.
"""

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np

from eval.command import run_command
from eval.store import MEASUREMENTS, command_line, file_measurement
from llmrec.catalog import Catalog
from llmrec.ranking.terms import Terms
from llmrec.recommender import Recommender
from llmrec.train.query_texts import compose_query

GENRES = {
    "comedy": "Comedy", "horror": "Horror", "children's": "Children's", "war": "War", "crime": "Crime",
    "romantic": "Romance", "animated": "Animation", "sci-fi": "Sci-Fi", "fantasy": "Fantasy", "adventure": "Adventure",
    "mystery": "Mystery", "action": "Action", "musical": "Musical", "western": "Western", "thriller": "Thriller",
    "drama": "Drama", "documentary": "Documentary", "film-noir": "Film-Noir",
}  # fmt: skip
PHRASINGS = ("{}", "a {} film", "{} films please", "a good {} movie")
PURPOSES = {
    "something blue for summer": "blue", "a red top for a party": "red", "white trainers for school": "white",
    "a black bag for work": "black", "a green dress for a garden party": "green",
    "grey trousers for a job interview": "grey", "a striped jumper for autumn": "stripe",
    "something pink for my daughter": "pink", "brown boots for winter": "brown",
    "a white blouse for the office": "white",
    "a yellow bikini for the beach": "yellow", "black tights for running": "black",
    "a blue shirt for a christening": "blue", "something red for Christmas": "red", "a beige coat for spring": "beige",
    "a denim skirt for the weekend": "denim", "a white dress for graduation": "white",
    "green socks for hiking": "green",
    "a checked shirt for a picnic": "check", "a dotted blouse for a date": "dot",
}  # fmt: skip
PLURAL = re.compile(r"\b(dress|jumper|shirt|skirt|blouse|top|bra|coat|drama|thriller|western|musical|comedy)\b")
USERS, LISTED, COMPOSED, SEED = 5, 10, 1500, 0


def named_share(shop: Recommender, queries: Mapping[str, str]) -> float:
    """Share of the first ten of each query that have the value that it names."""
    catalog = shop.catalog
    users = sorted(catalog.histories)[:: max(len(catalog.histories) // USERS, 1)][:USERS]
    histories: list[Sequence[str]] = [(), *(catalog.history(user) for user in users)]
    found = []
    for query, value in queries.items():
        for history in histories:
            for listed in shop.recommend(history=tuple(history), query=query, k=LISTED).items:
                attributes = catalog.item(listed.id).attributes
                told = " ".join(str(attributes.get(name, "")) for name in ("genres", "colour", "pattern"))
                found.append(value.casefold() in told.casefold())
    return round(float(np.mean(found)), 4)


def words_alone(catalog: Catalog, plural: bool) -> float:
    """NDCG@10 of the item that each composed query was made from, every item ranked by BM25."""
    targets = np.random.default_rng(SEED).choice(len(catalog.items), COMPOSED)
    terms, gains = Terms.of(catalog.items), []
    for target in targets.tolist():
        query = compose_query(catalog.items[target], Random(target), True)
        (scores,) = terms.query_scores([PLURAL.sub(_plural, query) if plural else query])
        place = int((scores > scores[target]).sum()) + int((scores == scores[target]).sum()) // 2
        gains.append(1 / np.log2(place + 2) if place < LISTED else 0.0)
    return round(float(np.mean(gains)), 4)


def _plural(found: re.Match[str]) -> str:
    noun = found[0]
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}es" if noun.endswith("ss") else f"{noun}s"


def main() -> None:
    """Measure, file and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", help="catalogue folder (default: the demo)")
    options.add_argument("--adapter", help="its checkpoint (default: the shipped one)")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    if bool(chosen.data) != bool(chosen.adapter):
        options.error("--data and --adapter go together: a checkpoint belongs to a catalogue")
    shop = Recommender.from_pretrained(chosen.adapter, chosen.data) if chosen.data else Recommender.from_pretrained()
    if any("genres" in item.attributes for item in shop.catalog.items):
        asked = {each: {each.format(genre): value for genre, value in GENRES.items()} for each in PHRASINGS}
    else:
        asked = {"with what it is for": PURPOSES}
    named = {name: named_share(shop, queries) for name, queries in asked.items()}
    alone = {name: words_alone(shop.catalog, name == "plural") for name in ("composed", "plural")}
    row = {"dataset": shop.catalog.name, "named, of the first ten": named, "NDCG@10, words alone": alone, "seed": SEED}
    file_measurement("query_words", row, command_line(), same=("dataset",), file=chosen.out)
    for name, share in (named | {f"words alone, {name}": gain for name, gain in alone.items()}).items():
        print(f"{name:24} {share}")


if __name__ == "__main__":
    run_command(main)

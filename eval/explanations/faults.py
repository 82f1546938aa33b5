"""Faults planted into a copy of true explanations, and how many of them the audit finds.

A twentieth of the explanations each: an invented title in place of a cited one; another item of the same history, one
that the evidence does not hold (the three that moved the score most), in place of the cited one; an attribute in place
of another that neither the recommended item nor any cited one has. The clean copy tells the false alarms. All is judged
three times: with the measured evidence kept in the responses, as bare lines of user, item and text under a scorer that
measures anew, and as bare lines with catalogue and interactions alone.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from llmrec.audit.explanation import Explanation
from llmrec.audit.grounding import judge
from llmrec.audit.scorer import Scorer
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.verification.reading import Reading

SHARE = 0.05
READERS = ("with evidence", "text and scorer", "text alone")
Fault = Callable[[Explanation, random.Random], str | None]


@dataclass(frozen=True)
class Planted:
    """An explanation made false, and how."""

    kind: str
    said: Explanation
    before: str


class Faults:
    """Makes explanations on one catalogue false."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.vocabulary = catalog, Vocabulary.of(catalog)
        self.values: dict[str, list[Facet]] = {}
        for facet in sorted(self.vocabulary.counts):
            self.values.setdefault(facet.name, []).append(facet)

    def plant(self, said: Sequence[Explanation], seed: int) -> list[Planted]:
        """A twentieth of the explanations with a fault of each kind, none with two."""
        rng = random.Random(seed)
        order = rng.sample(range(len(said)), len(said))
        found: list[Planted] = []
        kinds: dict[str, Fault] = {
            "invented title": self.invented, "swapped reason": self.swapped, "contradicted attribute": self.contradicted
        }  # fmt: skip
        for kind, make in kinds.items():
            wanted = round(SHARE * len(said))
            for n in list(order):
                if wanted and (text := make(said[n], rng)) is not None:
                    found.append(Planted(kind, replace(said[n], text=text), said[n].text))
                    order.remove(n)
                    wanted -= 1
        return found

    def invented(self, said: Explanation, rng: random.Random) -> str | None:
        """The first half of one title and the second of another, where a cited title stood."""
        cited = self._cited(said)
        for _ in range(50):
            one, other = (self.vocabulary.titles[rng.choice(self.catalog.items).id].split() for _ in range(2))
            made = " ".join([*one[: max(1, len(one) // 2)], *other[len(other) // 2 :]])
            if cited and not self.vocabulary.spellings.alike(made):
                return said.text.replace(cited, made)
        return None

    def swapped(self, said: Explanation, rng: random.Random) -> str | None:
        """An item of the history that is not in the evidence, where a cited title stood."""
        cited = self._cited(said)
        held = {record.history_item for record in said.evidence.items} if said.evidence else set()
        titles = {self.vocabulary.titles[item] for item in held if item} | {self.vocabulary.titles[said.item]}
        others = [self.vocabulary.titles[item] for item in self.catalog.history(said.user) if item not in held]
        others = [title for title in others if title not in titles]
        return said.text.replace(cited, rng.choice(others)) if cited and others else None

    def contradicted(self, said: Explanation, rng: random.Random) -> str | None:
        """An attribute of the same kind that neither the item nor a cited one has, where an attribute stood."""
        mentions = [m for m in Reading.of(said.text, self.vocabulary).mentions if len({f.name for f in m.facets}) == 1]
        if not mentions:
            return None
        mention = rng.choice(mentions)
        named = {said.item, *(r.history_item for r in said.evidence.items if r.history_item)} if said.evidence else ()
        true = {facet for item in named for facet in self.vocabulary.facets[item]}
        name = next(iter(mention.facets)).name
        wrong = [facet for facet in self.values[name] if facet not in true]
        if not wrong:
            return None
        value = rng.choice(wrong).value
        value = f"{value} price" if name == "price" else value if value[:1].isdigit() else value.lower()
        return said.text[: mention.start] + value + said.text[mention.end :]

    def _cited(self, said: Explanation) -> str:
        """The first title of the evidence that the text holds in quotes."""
        records = said.evidence.history if said.evidence else ()
        titles = [self.vocabulary.titles[record.history_item or ""] for record in records]
        return next((title for title in titles if f'"{title}"' in said.text), "")


def found(
    planted: Sequence[Planted], clean: Sequence[Explanation], catalog: Catalog, scorer: Scorer | None
) -> dict[str, dict[str, float]]:
    """Reader -> fault -> share found; under "clean copy" the share of false alarms.

    Measuring anew is slow: for that reader the clean copy is as long as there are faults.
    """
    table: dict[str, dict[str, float]] = {}
    for reader in READERS:
        if reader == "text and scorer" and scorer is None:
            continue
        flags: dict[str, list[bool]] = {}
        true = clean[: len(planted)] if reader == READERS[1] else clean
        for kind, said in [*((fault.kind, fault.said) for fault in planted), *(("clean copy", said) for said in true)]:
            flags.setdefault(kind, []).append(flagged(said, reader, catalog, scorer))
        table[reader] = {kind: round(sum(hits) / len(hits), 4) for kind, hits in flags.items()}
    return table


def flagged(said: Explanation, reader: str, catalog: Catalog, scorer: Scorer | None) -> bool:
    """Whether a reader finds the explanation false."""
    if reader == READERS[0]:
        return bool(judge(said, catalog).problem)
    bare = replace(said, evidence=None, source="")
    measured = (
        scorer.effects(said.item, catalog.history(said.user), said.user) if scorer and reader == READERS[1] else None
    )
    return bool(judge(bare, catalog, measured).problem)

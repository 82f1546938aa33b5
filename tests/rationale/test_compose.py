"""Composed pairs are true, varied, short and the same for the same seed."""

import random
from collections import Counter

import pytest

from llmrec.catalog.types import Catalog, Item
from llmrec.errors import BadInput
from llmrec.rationale.brief import Brief
from llmrec.rationale.compose import EvidenceSampler, compose_pairs
from llmrec.rationale.phrasing import STYLES, Style, plain_sentence, styled_drafts, write_sentence
from llmrec.verification.verifier import verify


@pytest.fixture
def titles_only() -> Catalog:
    names = ["Ash", "Blue Door", "Cinder", "Dawn {C} Patrol", "Echo (1st)", 'It\'s "Me"', "The, Ant"]
    return Catalog("bare", tuple(Item(str(n), name) for n, name in enumerate(names)), {})


def refused(catalog: Catalog, n: int) -> list[tuple[str, str]]:
    """Sentences of `n` sampler, plain ones among them, that the verifier refuses."""
    sampler, rng, found = EvidenceSampler(catalog), random.Random(5), []
    for _ in range(n):
        evidence = sampler.sample(rng)
        brief = Brief.of(evidence, catalog)
        for lead in brief.leads():
            texts = (write_sentence(brief, lead, rng), plain_sentence(brief))
            found += [(t, v.problem) for t in texts if not (v := verify(t, evidence, catalog)).ok]
    return found


def test_what_is_composed_is_true_on_films(tiny_catalog: Catalog) -> None:
    assert refused(tiny_catalog, 600) == []


def test_what_is_composed_is_true_where_items_have_titles_alone(titles_only: Catalog) -> None:
    assert refused(titles_only, 300) == []


@pytest.mark.parametrize("name", ["films", "products"])
def test_what_is_composed_is_true_on_real_catalogues(request: pytest.FixtureRequest, name: str) -> None:
    assert refused(request.getfixturevalue(name), 400) == []


def test_pairs_are_seeded_unique_and_different_for_another_seed(tiny_catalog: Catalog) -> None:
    pairs = compose_pairs(tiny_catalog, 150, 1)
    assert pairs == compose_pairs(tiny_catalog, 150, 1)
    assert len(set(pairs)) == 150
    assert len(set(pairs) & set(compose_pairs(tiny_catalog, 150, 2))) < 10


def test_pairs_vary_in_opening_and_stay_short(films: Catalog) -> None:
    pairs = compose_pairs(films, 800, 0)
    texts = [pair.completion.strip() for pair in pairs]
    openings = Counter(" ".join(text.split()[:5]) for text in texts)
    assert openings.most_common(1)[0][1] / len(texts) < 0.05
    assert len({text.split()[0] for text in texts}) >= 12
    assert len(set(texts)) / len(texts) > 0.93
    assert sorted(len(text.split()) for text in texts)[int(0.95 * len(texts))] <= 40


def test_prompt_and_completion_join_with_one_space(tiny_catalog: Catalog) -> None:
    for pair in compose_pairs(tiny_catalog, 50, 3):
        assert pair.prompt.endswith(" first:")
        assert pair.completion.startswith(" ")
        assert pair.completion[1] != " "
        assert pair.completion.endswith(".")


def test_titles_stand_as_in_the_catalogue(tiny_catalog: Catalog) -> None:
    names = {item.title for item in tiny_catalog.items}
    for pair in compose_pairs(tiny_catalog, 200, 4):
        assert set(pair.completion.split('"')[1::2]) <= names


def test_titles_only_pairs(titles_only: Catalog) -> None:
    pairs = compose_pairs(titles_only, 100, 0)
    assert any('"Dawn {C} Patrol"' in pair.completion for pair in pairs)
    assert any("\"It's 'Me'\"" in pair.completion for pair in pairs)


def test_faint_evidence_is_told_with_doubt_and_only_then(tiny_catalog: Catalog) -> None:
    sampler, rng = EvidenceSampler(tiny_catalog), random.Random(0)
    doubtful = ("faint", "guess", "tentative", "unsure", "thin", "hinted")
    seen: Counter[tuple[bool, bool]] = Counter()
    for _ in range(300):
        brief = Brief.of(sampler.sample(rng), tiny_catalog)
        text = write_sentence(brief, brief.lead(rng), rng).lower()
        seen[brief.strength == "faint", any(word in text for word in doubtful) or "little" in text] += 1
    assert set(seen) == {(True, True), (False, False)}


def test_too_small_a_catalogue_is_refused(titles_only: Catalog) -> None:
    with pytest.raises(BadInput, match="needs three"):
        compose_pairs(Catalog("two", titles_only.items[:2], {}), 5, 0)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_true_and_what_it_says_it_is(tiny_catalog: Catalog, style: Style) -> None:
    sampler, rng = EvidenceSampler(tiny_catalog), random.Random(3)
    fitting = strong = 0
    for n in range(300):
        evidence = sampler.sample(rng)
        brief = Brief.of(evidence, tiny_catalog)
        text = next(styled_drafts(brief, style, n))
        assert verify(text, evidence, tiny_catalog).ok, (text, verify(text, evidence, tiny_catalog).problem)
        if brief.strength != "faint" and brief.history:
            strong += 1
            compared = any(word in text for word in (" than ", " most ", "loudest", "biggest"))
            fitting += {"line": ". " not in text, "two": ". " in text, "comparison": compared}[style]
    assert strong > 150 and fitting / strong >= {"line": 1, "two": 0.5, "comparison": 1}[style]

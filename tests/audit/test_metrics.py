"""Metrics on small sets whose figures are known, their intervals, and what is NaN."""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from llmrec.audit.explanation import Explanation
from llmrec.audit.fairness import leakage, parity, sensitive
from llmrec.audit.grounding import Judged, by_kind, grounding, history_before, judge
from llmrec.audit.membership import membership
from llmrec.audit.metric import Metric, mean, set_metric
from llmrec.audit.simulatability import hidden, picked, picked_among_alike, usefulness
from llmrec.audit.text import openings, overlap, readability, text_metrics
from llmrec.catalog.types import Catalog, Item
from llmrec.encoders.text import TextEncoder
from llmrec.evidence.selection import rank_evidence


def named(metrics: list[Metric]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


def judged(texts: list[str], catalog: Catalog, item: str = "2") -> list[Judged]:
    return [judge(Explanation(f"u{n % 6 + 1}", item, text), catalog) for n, text in enumerate(texts)]


def test_grounding_counts_claims_by_verdict(said: list[Explanation], tiny_catalog: Catalog) -> None:
    found = [judge(each, tiny_catalog) for each in said]
    metrics = named(grounding(found))
    verdicts = [claim.verdict for each in found for claim in each.claims]
    assert metrics["hallucination_rate"].value == verdicts.count("contradicted") / len(verdicts)
    assert metrics["flagged_explanations"].value == pytest.approx(1 / 6)
    assert metrics["claim_precision"].low <= metrics["claim_precision"].value <= metrics["claim_precision"].high
    assert sum(by_kind(found)["title"].values()) == 4
    nothing = named(grounding(judged(["Fine."], tiny_catalog)))["claim_precision"]
    assert math.isnan(nothing.value)
    assert "no claim" in nothing.reason


def test_history_ends_before_the_item(tiny_catalog: Catalog) -> None:
    assert history_before(Explanation("u3", "10", ""), tiny_catalog) == ("4", "6")
    assert history_before(Explanation("u3", "7", ""), tiny_catalog) == ("4", "6", "10", "2")
    assert history_before(Explanation("nobody", "7", ""), tiny_catalog) == ()


def test_variety_of_a_known_set(tiny_catalog: Catalog) -> None:
    texts = ["A comedy is what we found here.", "A comedy is what we found here.", "A romance is here.", "Good."]
    metrics = named(text_metrics(judged(texts, tiny_catalog), tiny_catalog))
    assert metrics["usr"].value == 0.75
    assert metrics["div"].value == pytest.approx(1 / 6)  # one of six pairs shares one value
    assert metrics["fcr"].value == pytest.approx(2 / 3)  # comedy and romance of comedy, romance, 1990s
    assert metrics["top_opening"].value == 0.5
    assert metrics["distinct_1"].value == pytest.approx(9 / 19)
    assert math.isnan(metrics["fmr"].value)
    assert openings(judged(texts, tiny_catalog))[0] == ("A comedy is what we", 2)


def test_features_are_matched_from_the_column_or_the_evidence(tiny_catalog: Catalog) -> None:
    column = [
        Explanation("u1", "2", "Funny and warm.", feature="warm"),
        Explanation("u2", "2", "Dull.", feature="warm"),
    ]
    assert named(text_metrics([judge(e, tiny_catalog) for e in column], tiny_catalog))["fmr"].value == 0.5
    evidence = rank_evidence(tiny_catalog, "2", ["4"], np.array([0.4]))
    ours = Explanation("u3", "2", 'You watched "Paper Moonlight"; they share romance.', evidence=evidence)
    silent = replace(ours, text='You watched "Paper Moonlight", so this film came up.')
    assert named(text_metrics([judge(e, tiny_catalog) for e in (ours, silent)], tiny_catalog))["fmr"].value == 0.5


def test_references_are_compared_only_where_there_are_some(tiny_catalog: Catalog) -> None:
    absent = named(overlap(judged(["A comedy."], tiny_catalog)))
    assert all(math.isnan(metric.value) and "reference" in metric.reason for metric in absent.values())
    rows = [
        Explanation("u1", "2", "a warm and funny film", "a warm and funny film"),
        Explanation("u2", "2", "no", "yes"),
    ]
    metrics = named(overlap([judge(each, tiny_catalog) for each in rows]))
    assert metrics["rouge_l"].value == pytest.approx(0.5)
    assert metrics["bleu"].value == pytest.approx(50, abs=1)
    # Its model comes from a hub that the tests do not reach.
    assert math.isnan(metrics["bertscore"].value) == bool(metrics["bertscore"].reason)


def test_long_words_read_harder(tiny_catalog: Catalog) -> None:
    easy = named(readability(judged(["This is a fun film. You will like it."], tiny_catalog)))
    hard = named(readability(judged(["Characteristically unconventional cinematography predominates."], tiny_catalog)))
    assert easy["reading_grade"].value < hard["reading_grade"].value
    ease = easy["flesch_reading_ease"]
    assert ease.value > 60 or "cmudict" in ease.reason


def test_sensitive_words_leak_unless_they_are_the_catalogues(tiny_catalog: Catalog) -> None:
    texts = ["As a young woman you will like this.", 'You watched "Iron Coast".', "A comedy for a student."]
    found = judged(texts, tiny_catalog)
    assert sensitive(found[0], tiny_catalog) == {"young", "woman"}
    assert leakage(found, tiny_catalog, None).value == pytest.approx(2 / 3)
    job = {"job": {"u1": "lawyer", "u2": "nurse"}}
    assert leakage(judged(["A film for a lawyer."], tiny_catalog), tiny_catalog, job).value == 1


def test_parity_is_the_largest_gap_between_large_groups(tiny_catalog: Catalog) -> None:
    found = judged(["A comedy."] * 120, tiny_catalog)
    gender = {"gender": {"u1": "F", "u2": "F", "u3": "F", "u4": "M", "u5": "M", "u6": "other"}}
    values: list[float | None] = [1.0 if each.explanation.user in ("u1", "u2", "u4") else 0.0 for each in found]
    (gap,), table = parity(found, {"quality": values}, gender)
    assert gap.value == pytest.approx(2 / 3)
    assert set(table["gender"]) == {"F", "M", "other"}
    (gap,), table = parity(found[:60], {"quality": values[:60]}, gender)
    assert "other" not in table["gender"]
    (none,), _ = parity(found, {"quality": values}, None)
    assert math.isnan(none.value)
    assert "--groups" in none.reason


def test_the_reader_picks_the_film_that_the_sentence_describes(tiny_catalog: Catalog, reader: TextEncoder) -> None:
    told = ["This Animation film for Children's delight.", "A Horror and Thriller film.", "A War and Action film."]
    items = ["8", "12", "1"]
    rows = [judge(Explanation("u9", i, t), tiny_catalog) for i, t in zip(items, told, strict=True)]
    assert sum(picked(rows, tiny_catalog, reader.encode, 0)) >= 2
    wrong = [judge(Explanation("u9", i, t), tiny_catalog) for i, t in zip(items[::-1], told, strict=True)]
    assert sum(picked(wrong, tiny_catalog, reader.encode, 0)) <= 1


def test_among_look_alikes_a_kind_is_not_enough() -> None:
    plots = {"1": "A lighthouse keeper finds a whale.", "2": "A baker loses her oven.", "3": "Two nurses rob a train."}
    kinds = {str(n): f"A drama number {n}." for n in range(4, 40)}
    items = tuple(Item(n, f"Film {n}", text, {"genres": ("Drama",)}) for n, text in {**plots, **kinds}.items())
    catalog = Catalog("dramas", items, {})

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:  # bags of words: who shares words is near
        rows = np.zeros((len(texts), 4096), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[zlib.crc32(word.encode()) % 4096] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def useful(told: dict[str, str]) -> float:
        rows = [judge(Explanation("u", item, text), catalog) for item, text in told.items()]
        return usefulness(rows, picked_among_alike(rows, catalog, encode, 0)).value

    assert useful(plots) == 1
    assert useful(dict.fromkeys(plots, "A drama.")) < 1
    twins = Catalog("twins", (*items, Item("40", "Film 1", plots["1"], {"genres": ("Drama",)})), {})
    row = judge(Explanation("u", "1", plots["1"]), twins)
    assert picked_among_alike([row], twins, encode, 0) == [True]


def test_the_title_is_hidden_from_the_reader(tiny_catalog: Catalog) -> None:
    each = judge(Explanation("u9", "2", 'Night Bus rests on "Paper Moonlight".'), tiny_catalog)
    assert hidden(each, tiny_catalog) == 'this film rests on "Paper Moonlight".'


def test_an_interval_covers_the_truth_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(60):
        # Explanations of one user are alike: intervals over explanations would be far too narrow.
        values = np.repeat(rng.normal(size=40), 5)
        metric = mean("m", "", [f"u{n // 5}" for n in range(200)], values.tolist())
        hits += metric.low <= 0 <= metric.high
    assert 52 <= hits <= 60


def test_no_exception_among_few_users_proves_little() -> None:
    few = mean("share", "", [f"u{n}" for n in range(10)], [0.0] * 10)
    many = mean("share", "", [f"u{n}" for n in range(1000)], [1.0] * 1000)
    assert (few.value, few.low) == (0, 0)
    assert few.high == pytest.approx(0.3085, abs=1e-4)  # Clopper & Pearson for 0 of 10
    assert (many.value, many.high) == (1, 1)
    assert many.low == pytest.approx(0.9963, abs=1e-4)


def test_a_set_has_an_interval_that_repetition_does_not_shift() -> None:
    users = [f"u{n}" for n in range(50)]
    metric = set_metric("usr", "", users, [f"t{n}" for n in range(50)], lambda t: len(set(t)) / len(t))
    assert (metric.low, metric.value, metric.high) == (1, 1, 1)
    one = set_metric("usr", "", ["u"], ["t"], lambda t: len(t) / 1)
    assert math.isnan(one.low)


def test_membership_is_the_chance_that_a_member_has_the_smaller_loss() -> None:
    rng = np.random.default_rng(1)
    assert membership([2.0, 1.0, 3.0], [2.0, 5.0]).value == pytest.approx((0.5 + 1 + 0 + 3) / 6)
    apart, alike = (membership(rng.normal(size=60), rng.normal(shift, size=60)) for shift in (0.8, 0.0))
    assert apart.low > 0.5 and alike.low < 0.5 < alike.high and apart.low < apart.value < apart.high
    assert math.isnan(membership([], [1.0]).value)
    assert membership([1.0, 2.0], [1.5, 0.2], seed=3) == membership([1.0, 2.0], [1.5, 0.2], seed=3)

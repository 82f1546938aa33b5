"""The study of explanations: planted faults are found, missed aims are marked, every writer is read alike."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.explanations.faults import SHARE, Faults, found
from eval.explanations.report import BESIDE, FAULT_TARGETS, GALLERY, TARGETS, report, write_row
from eval.explanations.rivals import Reader, held_out, shuffled
from eval.explanations.truth import truth_lines
from llmrec.audit.explanation import Explanation
from llmrec.catalog import Catalog, Item, load_catalog
from llmrec.catalog.simshop import World, make_world
from llmrec.catalog.vocabulary import Facet
from llmrec.evidence.records import Evidence, ItemEvidence
from llmrec.rationale.brief import Brief
from llmrec.rationale.compose import EvidenceSampler
from llmrec.rationale.phrasing import write_sentence
from llmrec.verification.verifier import verify


@pytest.fixture(scope="module")
def films(shared: Path) -> Catalog:
    """MovieLens-100K."""
    return load_catalog(shared / "data" / "ml-100k")


@pytest.fixture(scope="module")
def true(films: Catalog) -> list[Explanation]:
    """400 composed sentences that the verifier lets pass."""
    sampler, rng, said = EvidenceSampler(films), random.Random(1), []
    users = sorted(films.histories)
    while len(said) < 400:
        evidence = sampler.sample(rng)
        brief = Brief.of(evidence, films)
        text = write_sentence(brief, brief.lead(rng), rng)
        if verify(text, evidence, films).ok:
            said.append(Explanation(rng.choice(users), evidence.item, text, evidence=evidence))
    return said


def test_a_twentieth_of_each_fault_is_planted_and_found(films: Catalog, true: list[Explanation]) -> None:
    planted = Faults(films).plant(true, 0)
    assert Counter(fault.kind for fault in planted) == dict.fromkeys(
        ("invented title", "swapped reason", "contradicted attribute"), round(SHARE * len(true))
    )
    assert all(fault.said.text != fault.before for fault in planted)
    assert len({fault.before for fault in planted}) > 0.9 * len(planted)
    flagged = found(planted, true, films, None)["with evidence"]
    assert flagged.pop("clean copy") == 0
    assert min(flagged.values()) >= 0.95


def test_the_same_seed_plants_the_same_faults(films: Catalog, true: list[Explanation]) -> None:
    assert Faults(films).plant(true, 1) == Faults(films).plant(true, 1) != Faults(films).plant(true, 2)


def filed(folder: Path, **values: float | None) -> None:
    """An audit of 40 sentences with given metrics, as `eval.explanations` files it."""

    def metric(name: str) -> dict[str, Any]:
        value = values.get(name, 0.5)
        ends = None if value is None else value
        return {"value": value, "low": ends, "high": ends, "what": f"what {name} is", "reason": "no scorer"}

    names = {name for _, name, _, _ in TARGETS} - {"plain"} | set(BESIDE)
    audit = {
        "explanations": 40, "users": 8, "adapter": "pack@1", "seed": 0, "date": "2026-01-01", "commit": "abc",
        "command": "python -m eval.explanations", "machine": {"cores": 2, "cpu": "a CPU"},
        "sources": {"llm": 30, "plain": 10}, "metrics": {"all": {name: metric(name) for name in sorted(names)}},
    }  # fmt: skip
    shares = {kind: 1.0 if kind != "clean copy" else 0.01 for kind, _, _ in FAULT_TARGETS}
    faults = {"flagged": {"with evidence": shares, "text alone": shares}}
    sentences = [{"user": f"u{n}", "title": "A | B", "text": f"Sentence {n}.", "source": "llm"} for n in range(40)]
    write_row(folder.parent, {"data": folder.name, "audit": audit, "faults": faults, "sentences": sentences})


def test_aims_are_marked_and_absent_figures_say_why(tmp_path: Path) -> None:
    good = {"hallucination_rate": 0.0, "cited_beats_random": 0.9, "top_opening": 0.1, "usr": 0.99}
    filed(tmp_path / "films", **good)
    filed(tmp_path / "shop", **good | {"usr": 0.5, "cited_beats_random": None})
    lines = {line.split("|")[1].strip(): line for line in report(tmp_path).read_text().splitlines() if "|" in line}
    assert lines["distinct sentences"].count("missed") == 1
    assert "missed" not in lines["hallucinated claims that reach the user"]
    assert lines["plain sentences"].count("0.250 **missed**") == 2
    assert "NaN (no scorer)" in lines["removing the cited items hurts more than removing others"]
    assert (tmp_path / "explanations.png").stat().st_size > 1000


def test_the_report_holds_thirty_whole_sentences_the_same_each_time(tmp_path: Path) -> None:
    filed(tmp_path / "films")
    report(tmp_path)
    first = (tmp_path / "explanations.md").read_text()
    assert first.count("| Sentence ") == GALLERY
    assert "A \\| B" in first
    report(tmp_path)
    assert (tmp_path / "explanations.md").read_text() == first


def test_without_an_audit_there_is_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no audit"):
        report(tmp_path)


def test_what_reasons_cost_stands_beside_its_aims(tmp_path: Path) -> None:
    folder = tmp_path / "explanations"
    filed(folder / "films")
    assert "## Cost" not in report(folder).read_text()
    about = {"machine": {"cores": 2, "cpu": "a CPU"}, "command": "c", "date": "2026-01-01", "commit": "abc"}
    rows = {
        "three": {"runs": 9, "p50 ms": 2500.0, "p95 ms": 6000.0, "aim p50 ms": 5000},
        "first": {"runs": 9, "p50 ms": 1400.0, "p95 ms": 1500.0, "aim p50 ms": 1200},
        "ten": {"runs": 9, "p50 ms": 63.4, "p95 ms": 99.0},
    }
    line = {"study": "latency", **rows, "process start, seconds": 9.0, **about}
    (tmp_path / "measurements.jsonl").write_text(json.dumps(line) + "\n")
    lines = {line.split("|")[1].strip(): line for line in report(folder).read_text().splitlines() if "|" in line}
    assert "| <= 5 s | 2.50 s | 6.00 s |" in lines["three"]
    assert "1.40 s **missed**" in lines["first"]
    assert "|  | 0.06 s |" in lines["ten"]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(60, 20, 0)


@pytest.fixture(scope="module")
def catalog(world: World) -> Catalog:
    return Catalog("shop", tuple(Item(item, f"Thing {item}", "", {"price": 1.0}) for item in world.items), {})


def test_a_sentence_is_read_against_cause_medium_and_taste(world: World, catalog: Catalog) -> None:
    reader = Reader(catalog, world)
    user, taste = next((u, t) for u, t in world.tastes.items() if t.modalities[0] == "image")
    name, liked = next((a, v) for a, v in taste.likes.items() if a in ("shape", "colour", "pattern"))
    row = world.values[name].index(liked[0])
    item, value = world.items[row], liked[0]
    other = next(a for a in world.values if a not in taste.likes and a != "motion")
    spare = world.values[other][row]
    said = f"This came up because of the {value} {name} in its photo, and the {spare} {other}."
    judged = reader.judge(said, user, item, (name, value))
    assert judged == {"driver": 1, "medium": 1, "given": 2, "right": 1}
    wrong = f"This came up because of the {value} {name} in its sound."
    assert reader.judge(wrong, user, item, (name, value)) == {"driver": 1, "medium": 0, "given": 1, "right": 1}
    lacking = next(v for v in world.values[name] if v != value)
    assert reader.judge(f"It is {lacking}.", user, item, (name, value))["right"] == 0
    assert reader.judge("A fine thing.", user, item, (name, value)) == {
        "driver": 0,
        "medium": 0,
        "given": 0,
        "right": 0,
    }


def test_shuffled_evidence_is_anothers_reason_in_the_items_own_values(world: World, catalog: Catalog) -> None:
    items = tuple(
        replace(item, attributes={name: column[n] for name, column in world.values.items()})
        for n, item in enumerate(catalog.items)
    )
    spoken = replace(catalog, items=items, shown_by={"colour": "image", "motion": "video"})

    def evidence(n: int, name: str, modality: str) -> ItemEvidence:
        return ItemEvidence(items[n].id, (Evidence(None, Facet(name, world.values[name][n]).key, modality, 1.0),))

    first, second = shuffled([evidence(0, "colour", "image"), evidence(1, "motion", "video")], ["u", "v"], spoken, 0)
    assert first.traits[0].attribute == f"motion={world.values['motion'][0]}"
    assert second.traits[0].attribute == f"colour={world.values['colour'][1]}"
    assert (first.item, first.traits[0].modality) == (items[0].id, "video")


def test_the_users_asked_are_held_out_the_same_each_time() -> None:
    users = [f"u{n}" for n in range(30)]
    assert held_out(users, 10, 0) == held_out(users, 10, 0) != held_out(users, 10, 1)
    assert len(set(held_out(users, 10, 0))) == 10


def test_a_missed_aim_is_marked() -> None:
    metric = {"value": 0.8, "low": 0.7, "high": 0.9, "reason": ""}
    row = {"driver": metric, "medium": metric, "precision": metric, "named a sentence": 2.5, "sentences": 9}
    truth = {
        "users": 5, "events": 25, "right": 9, "users with a right one": 4,
        "rows": {"llmrec": row | {"driver named by modality": {"image": 0.8}}},
        "chance": {"driver": 0.2, "precision": 0.25}, "sources": {"plain": 9}, "fidelity": 0.7,
        "removal": {"cases": 0},
        "probes": {"colour": {"modality": "audio", "true modality": "image", "named": 0.9, "right": 0.99}},
    }  # fmt: skip
    lines = truth_lines(truth)
    assert any("**missed**" in line for line in lines if line.startswith("| llmrec"))
    assert any("**wrong** (image)" in line for line in lines)

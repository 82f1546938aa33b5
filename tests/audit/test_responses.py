"""Our own responses with the shipped pack: kept, taken up again, removed from, written anew."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmrec.audit.explanation import Explanation
from llmrec.audit.faithfulness import faithfulness, remove
from llmrec.audit.grounding import judge
from llmrec.audit.report import worst
from llmrec.audit.responses import TOP, respond, sampled_users, writer
from llmrec.audit.run import Audit, audit, write
from llmrec.audit.scorer import Scorer
from llmrec.audit.stability import stability
from llmrec.catalog.types import Catalog, Item
from llmrec.encoders.text import TextEncoder
from llmrec.errors import BadInput
from llmrec.pipeline_config import PipelineConfig
from llmrec.recommender import Recommender, Request


@pytest.fixture(scope="module")
def shop() -> Iterator[Recommender]:
    recommender = Recommender.from_pretrained(config=PipelineConfig(writer="llm"))
    yield recommender
    recommender.pipeline.index.close()


@pytest.fixture(scope="module")
def file(shop: Recommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The responses to one user."""
    path = tmp_path_factory.mktemp("audit") / "responses.jsonl"
    respond(shop, sampled_users(shop.catalog, 1, 0), path, print)
    return path


def test_responses_carry_claims_evidence_and_what_was_refused(file: Path) -> None:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["rank"] for row in rows] == list(range(1, TOP + 1))
    for row in rows:
        assert row["evidence"]["item"] == row["item"]
        assert row["claims"]
        assert all(claim["verdict"] == "supported" and claim["against"] for claim in row["claims"])
        assert isinstance(row["refused"], list)


def test_a_run_that_was_cut_off_goes_on_and_another_packs_file_is_refused(shop: Recommender, file: Path) -> None:
    whole = file.read_text()
    (user,) = sampled_users(shop.catalog, 1, 0)
    cut = file.with_name("cut.jsonl")
    lines = whole.splitlines(keepends=True)
    cut.write_text(
        whole + "".join(line.replace(f'"user": "{user}"', '"user": "?"') for line in lines[:2]) + lines[2][:40]
    )
    said = respond(shop, [user], cut, print)
    assert cut.read_text() == whole  # what was whole is kept, the rest is gone
    assert [each.item for each in said] == [json.loads(line)["item"] for line in lines]
    other = file.with_name("other.jsonl")
    other.write_text(lines[0].replace(shop.pipeline.name, "another@1"))
    with pytest.raises(BadInput, match="another@1"):
        respond(shop, [user], other, print)


def test_more_users_begin_with_those_of_fewer(shop: Recommender) -> None:
    assert sampled_users(shop.catalog, 20, 3)[:5] == sampled_users(shop.catalog, 5, 3)
    assert sampled_users(shop.catalog, 5, 3) != sampled_users(shop.catalog, 5, 4)


def test_a_cited_item_carries_the_score_that_its_evidence_says(shop: Recommender, file: Path) -> None:
    scorer = Scorer(shop.pipeline, file.with_name("scored.jsonl"))
    (user,) = sampled_users(shop.catalog, 1, 0)
    judged = [judge(each, shop.catalog) for each in respond(shop, [user], file, print)]
    alone = [each for each in judged if len(each.cited) == 1]
    assert alone
    removals = [remove(each, scorer, 0) for each in judged]
    for each, removal in zip(judged, removals, strict=True):
        if each in alone and removal and each.explanation.evidence:
            effects = {record.history_item: record.effect for record in each.explanation.evidence.history}
            assert removal.comprehensiveness == pytest.approx(effects[each.cited[0]], abs=0.02)
            assert removal.rank == 1 + [row.explanation.item for row in judged].index(each.explanation.item)
    metrics = {metric.name: metric for metric in faithfulness(judged, removals)}
    assert metrics["cited_beats_random"].value > 0.5
    kept = file.with_name("scored.jsonl").read_text()
    again = Scorer(shop.pipeline, file.with_name("scored.jsonl"))
    assert [remove(each, again, 0) for each in judged] == removals
    assert file.with_name("scored.jsonl").read_text() == kept  # nothing was measured twice


def test_the_same_evidence_is_put_into_words_again(shop: Recommender, file: Path) -> None:
    (user,) = sampled_users(shop.catalog, 1, 0)
    judged = [judge(each, shop.catalog) for each in respond(shop, [user], file, print)]
    metrics = stability(judged[:2], writer(shop, file.with_name("written.jsonl")), shop.catalog, print)
    assert all(0 <= metric.value <= 1 for metric in metrics)

    def repeat(prompts: list[str], seed: int) -> list[str]:
        assert seed >= 0
        return [judged[n].explanation.text for n in range(len(prompts))]

    same = stability(judged[:2], repeat, shop.catalog, print)
    assert {metric.name: metric.value for metric in same} == dict.fromkeys((m.name for m in metrics), 1.0)


def test_the_scorer_finds_the_effects_that_a_recommendation_measured(shop: Recommender) -> None:
    (item,) = shop.recommend(Request(user="42", k=1, explain=True)).items
    assert item.evidence is not None
    found = Scorer(shop.pipeline).effects(item.id, shop.catalog.history("42"), "42")
    best = {record.history_item: record.effect for record in found.history[: len(item.evidence.history)]}
    for record in item.evidence.history:
        assert best[record.history_item] == pytest.approx(record.effect, abs=0.01)


def test_a_scorer_is_lent_to_explanations_from_elsewhere(shop: Recommender, file: Path) -> None:
    (user,) = sampled_users(shop.catalog, 1, 0)
    said = respond(shop, [user], file, print)[0]
    history, title = shop.catalog.history(user), shop.catalog.item
    measured = Scorer(shop.pipeline).effects(said.item, history, user)
    best, last = measured.items[0].history_item, measured.items[-1].history_item
    true = replace(said, text=f'Recommended because you watched "{title(best or "").title}".', evidence=None)
    false = replace(said, text=f'Recommended because you watched "{title(last or "").title}".', evidence=None)
    assert judge(true, shop.catalog, measured).problem == ""
    assert "noise" in judge(false, shop.catalog, measured).problem
    assert judge(false, shop.catalog).problem == ""  # without a scorer nobody can tell


DETAILS = {"data": "tiny", "adapter": "", "seed": 0, "date": "2026-01-01", "missed": ["usr is 0.5, min 0.9"]}


def audited(said: list[Explanation], catalog: Catalog, reader: TextEncoder) -> Audit:
    lines: list[str] = []
    found = audit(said, catalog, reader.encode, lines.append)
    assert lines
    return found


def test_a_file_from_elsewhere_is_measured_but_for_what_needs_a_scorer(
    said: list[Explanation], tiny_catalog: Catalog, reader: TextEncoder
) -> None:
    found = audited(said, tiny_catalog, reader)
    metrics = found.metrics
    measured = {name for name, metric in metrics.items() if not math.isnan(metric.value)}
    assert {"claim_precision", "hallucination_rate", "usr", "distinct_2", "simulatability", "cites_history"} <= measured
    for name in ("comprehensiveness", "sufficiency", "cited_beats_random", "stability_seed", "rouge_l", "gap_words"):
        assert name not in measured
        assert metrics[name].reason
    assert "--adapter" in metrics["comprehensiveness"].reason
    assert worst(found.cases)[0].judged.explanation.item == "4"  # the one that is false twice


def test_the_report_stands_alone_and_the_json_is_strict(
    said: list[Explanation], tiny_catalog: Catalog, reader: TextEncoder, tmp_path: Path
) -> None:
    html = write(audited(said, tiny_catalog, reader), tmp_path, DETAILS).read_text()
    assert "<svg" in html
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", html)
    assert "no scorer" in html
    assert "Thresholds missed" in html
    assert "The Matrix" in html
    found = json.loads((tmp_path / "audit.json").read_text(), parse_constant=pytest.fail)
    assert found["explanations"] == 6
    assert found["metrics"]["faithfulness"]["comprehensiveness"]["value"] is None
    assert found["worst"][0]["claims"][0]["against"]


def test_markup_in_titles_and_sentences_is_shown_not_run(reader: TextEncoder, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    items = tuple(Item(str(n), f"{hostile} {n}", attributes={"genres": ("Comedy",)}) for n in range(4))
    said = [Explanation("<b>u</b>", str(n), f'{hostile} You liked "{hostile}", $a_b$.') for n in range(4)]
    html = write(audited(said, Catalog("c", items, {}), reader), tmp_path, DETAILS).read_text()
    assert "<script" not in html
    assert "<b>u" not in html
    assert "&lt;script&gt;" in html


def test_the_same_explanations_give_the_same_audit(
    said: list[Explanation], tiny_catalog: Catalog, reader: TextEncoder
) -> None:
    assert (
        audited(said, tiny_catalog, reader).to_dict()["metrics"]
        == audited(said, tiny_catalog, reader).to_dict()["metrics"]
    )

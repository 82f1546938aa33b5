"""The study of rankings: peers, fusion, cold items, query vectors, filed rows, tables, targets and the command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from eval import other_words
from eval.ranking import fusion
from eval.ranking import record as filing
from eval.ranking.cold import CANDIDATES, cold_metrics, cold_split, is_hidden
from eval.ranking.problem import Problem
from eval.ranking.query_rivals import queries
from eval.ranking.query_vectors import Queries, ask, shuffled
from eval.ranking.referee import RefereeError
from eval.ranking.report import write_report
from eval.ranking.runs import RECIPES, tune
from eval.ranking.tables import Line, compare, comparisons, lines
from eval.ranking.targets import described, outcomes
from eval.ranking.variants import Trained
from eval.store import Row
from llmrec.baselines import Popularity
from llmrec.catalog import load_catalog
from llmrec.catalog.types import Catalog
from llmrec.evaluation.splits import rolling_events, rolling_split
from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptWords
from llmrec.model.reclm import RecLM
from llmrec.ranking.terms import item_text, words_of
from llmrec.train.query_texts import HELD_OUT_PHRASES
from llmrec.train.trainer import Progress


def rankings(problem: Problem, noise: float = 0.0, seed: int = 0) -> dict[str, list[list[str]]]:
    peer = Popularity().fit_rows(problem.catalog, problem.train)
    scores = peer.score(problem.test.histories)
    extra = np.random.default_rng(seed).normal(0, noise, size=scores.shape)
    return problem.rankings((scores + extra).astype(np.float32))


def record(problem: Problem, referee: Path, tmp: Path, model: str, seed: int = 0, **more: object) -> Row:
    own = more.pop("rankings", None) or rankings(problem, noise=0.1, seed=seed)
    config = {"a": 1}
    return filing.record_row(
        problem.folder, model, seed, own, referee, tmp / "results", config, 1.5, store=tmp / "store", **more
    )  # type: ignore[arg-type]


def test_a_row_is_of_its_data_and_referee(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    row = record(tiny_problem, referee, tmp_path, "mine", valid={"ndcg@10": 0.5}, measures={"ms": 3.0})
    results = tmp_path / "results"
    store = filing.store_of(results)
    assert store.rows() == [row]
    assert row.split and row.commit and row.machine and row.command and row.data and row.referee
    assert np.mean(row.ndcg_per_user) == pytest.approx(row.metrics["ndcg@10"], abs=1e-4)
    assert filing.finished(results, tiny_problem.folder, referee, "mine", 0)
    assert not filing.finished(results, tiny_problem.folder, referee, "mine", 1)
    store.write(replace(row, data="other"))
    assert not filing.finished(results, tiny_problem.folder, referee, "mine", 0)


def test_a_seen_item_is_refused_in_the_referees_words(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    own = rankings(tiny_problem)
    user = tiny_problem.users[0]
    own[user][0][0] = tiny_problem.catalog.items[tiny_problem.train[0][0]].id
    with pytest.raises(RefereeError, match="already seen"):
        record(tiny_problem, referee, tmp_path, "mine", rankings=own)
    assert not (tmp_path / "results").exists()


def test_unknown_section_and_missing_referee_are_refused(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="choose one of"):
        record(tiny_problem, referee, tmp_path, "mine", section="nonsense")
    with pytest.raises(RefereeError, match="--referee"):
        record(tiny_problem, tmp_path / "no.py", tmp_path, "mine")


def test_report_groups_sections_and_compares(tiny_problem: Problem, referee: Path, tmp_path: Path) -> None:
    for seed in (0, 1):
        record(tiny_problem, referee, tmp_path, "llmrec", seed)
        record(tiny_problem, referee, tmp_path, "llmrec-2", seed, section="layers", measures={"layers": 2})
    record(tiny_problem, referee, tmp_path, "other", kind="peer")
    record(tiny_problem, referee, tmp_path, "both", kind="fusion")
    files = write_report(tmp_path / "results")
    assert all(file.stat().st_size > 0 for file in files)
    text = files[0].read_text()
    assert text.index(filing.SECTIONS["main"]) < text.index(filing.SECTIONS["layers"])
    assert "| llmrec | ours | 2 |" in text and "±" in text
    compared = json.loads(files[1].read_text())
    assert {one["rival"] for one in compared} == {"other", "both"}


def test_report_without_rows_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"python -m eval\.ranking"):
        write_report(tmp_path)


def row(values: list[float], data: str = "x") -> Row:
    return Row("d", "rolling", "main", "ours", "m", 0, {}, data=data, referee="y", ndcg_per_user=tuple(values))


def test_bootstrap_of_equals_and_of_a_clear_winner() -> None:
    base = np.random.default_rng(0).random(200).tolist()
    same = compare([row(base)], [row(base)])
    assert same.ratio == 1 and same.low == 1 and same.high == 1 and same.p == 1
    better = compare([row([value + 0.2 for value in base])], [row(base)])
    assert better.p == 0 and 1 < better.low < better.ratio < better.high


def test_bootstrap_refuses_rows_of_different_data() -> None:
    with pytest.raises(ValueError, match="differ in data"):
        compare([row([0.1])], [row([0.1], data="z")])


def test_recording_needs_the_standard_library_alone() -> None:
    code = (
        "import sys; import eval.ranking; "
        "print([m for m in ('numpy', 'torch', 'llmrec', 'rectools', 'chromadb') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"


def ranked(model: str, ndcg: float, kind: str = "ours", section: str = "main") -> Row:
    metrics = {"ndcg@10": ndcg, "users": 2, "events": 2}
    return Row("ml-100k", "rolling", section, kind, model, 0, metrics, ndcg_per_user=(ndcg, ndcg))


def filed_lines() -> list[Line]:
    return lines(
        [
            ranked("llm", 0.11),
            ranked("llmrec", 0.13),
            ranked("llm without ids", 0.09, section="modality"),
            ranked("llmrec without LLM", 0.12, section="extra"),
            ranked("sasrec", 0.08, "peer"),
            ranked("sasrec-windows", 0.105, "peer"),
        ]
    )


def test_missed_targets_are_told() -> None:
    reached = {(one.target.what, one.rival): one.reached for one in outcomes(filed_lines())}
    assert reached["LLM alone against the best single peer as usually trained", "sasrec"]
    assert not reached["LLM alone against the best single peer of all", "sasrec-windows"]
    assert reached["fused model", ""]
    assert "**no**" in described(filed_lines()) and "under a query" not in described(filed_lines())


def test_no_rows_no_targets() -> None:
    assert described([]) == ""


def test_fused_model_is_compared_with_itself_without_llm_and_with_both_peers() -> None:
    pairs = {(one.ours, one.rival) for one in comparisons(filed_lines())}
    rivals = {"sasrec", "sasrec-windows", "llmrec without LLM"}
    assert {rival for ours, rival in pairs if ours == "llmrec"} == rivals
    assert {ours for ours, _ in pairs} == {"llm", "llmrec"}


@pytest.mark.parametrize("name", RECIPES)
def test_every_configuration_of_a_peer_is_one_of_its_baseline(name: str) -> None:
    for config in RECIPES[name].grid:
        RECIPES[name].build(0, config)


def test_tuning_keeps_the_best_on_valid(tiny_problem: Problem) -> None:
    recipe = RECIPES["item-knn"]
    tuned = tune(tiny_problem, lambda config: recipe.build(0, config), list(islice(recipe.grid, 0, None, 7)))
    assert tuned.ndcg == pytest.approx(max(reached for _, reached in tuned.tried), abs=1e-5)
    assert tuned.ndcg == tiny_problem.ndcg(tuned.valid, "valid") and len(tuned.tried) == 4


def test_z_scores_are_normalised_over_candidates_only() -> None:
    scores = np.array([[1, 2, 3, 100], [5, 5, 5, 5]], dtype=np.float32)
    z = fusion.z_scores(scores, [[3], []])
    assert z[0, :3].mean() == pytest.approx(0, abs=1e-6) and z[0, :3].std() == pytest.approx(1, abs=1e-6)
    assert z[0, 3] == 0 and (z[1] == 0).all()


def test_fusion_finds_the_component_that_knows(tiny_problem: Problem) -> None:
    events = tiny_problem.valid
    draw = np.random.default_rng(0)
    noise = draw.normal(size=(len(events.targets), tiny_problem.n_items)).astype(np.float32)
    knows = noise.copy()
    knows[np.arange(len(events.targets)), events.targets] += 3.0
    random = draw.normal(size=noise.shape).astype(np.float32)
    fused = fusion.tune(tiny_problem, random, knows)
    assert fused.weight >= 0.5 and fused.valid >= tiny_problem.ndcg(knows, "valid")
    assert fusion.tune(tiny_problem, knows, np.zeros_like(noise)).valid == pytest.approx(
        tiny_problem.ndcg(knows, "valid")
    )


def test_wishes_are_repeatable_held_out_and_nameless(tiny_problem: Problem) -> None:
    asked = queries(tiny_problem, "test", seed=0)
    assert asked == queries(tiny_problem, "test", seed=0) != queries(tiny_problem, "test", seed=1)
    assert len(asked) == len(tiny_problem.test.targets)
    starts = tuple(phrase.split("{0}")[0] for phrase in HELD_OUT_PHRASES)
    for query, target in zip(asked, tiny_problem.test.targets, strict=True):
        assert query.startswith(starts)
        assert tiny_problem.catalog.items[target].title.lower() not in query.lower()


def test_shared_reading_equals_single_reading(
    make_model: Callable[..., tuple[RecLM, ItemTable]], tiny_base: Path, tiny_catalog: Catalog
) -> None:
    words = PromptWords.load(tiny_base)
    model, table = make_model()
    split = rolling_split(tiny_catalog, last=2)
    events = [e for at in ("valid", "test") for e in rolling_events(tiny_catalog, split, at)]
    queries = [words.query_tokens("a comedy") if n % 2 else () for n in range(len(events))]
    plain, queried = ask(Trained(model, table, words, Progress(), ()), events, queries)
    soft = soft_tokens(model, table)
    histories = [e.history for e in events]
    np.testing.assert_allclose(plain, query_vectors(model, soft, words.before, histories), atol=1e-4)
    np.testing.assert_allclose(queried, query_vectors(model, soft, words.before, histories, queries), atol=1e-4)
    np.testing.assert_array_equal(plain[::2], queried[::2])


def test_shuffling_keeps_the_items_that_are_read(tiny_catalog: Catalog) -> None:
    event = rolling_events(tiny_catalog, rolling_split(tiny_catalog, last=2), "test")[0]
    assert sorted(shuffled(event, 3, 0)) == sorted(event.history[-3:])
    assert shuffled(event, 64, 0) == shuffled(event, 64, 0)


def test_queries_survive_the_disk(tmp_path: Path) -> None:
    one = np.ones((2, 3), np.float32)
    Queries({"test": one, "test query": 2 * one}, {"test": one}, one, one[:, 0], {"seconds": 1.5}).save(
        tmp_path / "q.npz"
    )
    found = Queries.load(tmp_path / "q.npz")
    assert set(found.q) == {"test", "test query"} and found.about == {"seconds": 1.5}
    np.testing.assert_array_equal(found.scores("test query"), 2 * one @ one.T + 1)


def test_about_a_tenth_is_hidden_and_seeds_differ() -> None:
    ids = [str(n) for n in range(5000)]
    first, second = ([is_hidden(one, seed) for one in ids] for seed in (0, 1))
    assert 0.08 < np.mean(first) < 0.12
    assert first != second and first == [is_hidden(one, 0) for one in ids]


def test_hidden_items_are_targets_and_nothing_else(tiny_problem: Problem) -> None:
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    events = (*split.valid, *split.test)
    assert events
    assert not any(is_hidden(item, 3) for history in split.train.values() for item in history)
    for event in events:
        assert event.history and not any(is_hidden(item, 3) for item in event.history)
        assert is_hidden(event.target, 3) and event.target not in event.seen
        assert set(event.history) <= event.seen


def test_perfect_scores_reach_one_and_seen_items_are_no_candidates(tiny_problem: Problem) -> None:
    ids = [item.id for item in tiny_problem.catalog.items]
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    scores = np.zeros((len(split.test), len(ids)), dtype=np.float32)
    for line, event in zip(scores, split.test, strict=True):
        line[ids.index(event.target)] = 1.0
        line[[ids.index(item) for item in event.seen]] = 2.0
    for candidates in CANDIDATES:
        assert cold_metrics(scores, split.test, ids, 3, candidates)["ndcg@10"] == 1.0


def test_warm_items_count_only_among_the_whole_catalogue(tiny_problem: Problem) -> None:
    ids = [item.id for item in tiny_problem.catalog.items]
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    warm_first = np.tile(~split.hidden(ids), (len(split.test), 1)).astype(np.float32)
    for line, event in zip(warm_first, split.test, strict=True):
        line[ids.index(event.target)] = 0.5  # best of the hidden, below every warm item
    hidden, whole = (cold_metrics(warm_first, split.test, ids, 3, name)["ndcg@10"] for name in CANDIDATES)
    assert hidden == 1.0 and whole < 0.1


def test_unknown_candidates_are_refused(tiny_problem: Problem) -> None:
    split = cold_split(rolling_split(tiny_problem.catalog), seed=3)
    with pytest.raises(ValueError, match="cold-hidden"):
        cold_metrics(np.zeros((1, 40)), split.test[:1], [], 3, "some")


ROOT = Path(__file__).resolve().parents[2]


def command(*args: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "eval.ranking", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"LLMREC_HOME": str(home)},
        check=False,
    )


def test_peers_fusion_report_and_resume(tiny_folder: Path, referee: Path, tmp_path: Path) -> None:
    args = [tiny_folder, "--referee", referee, "--results", tmp_path / "out", "--seeds", "0"]
    args += ["--groups", "peers", "--peers", "popularity,item-knn,ease"]
    first = command(*args, home=tmp_path)
    assert first.returncode == 0, first.stderr
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert [row["model"] for row in rows] == ["ease", "item-knn", "popularity"]
    assert (tmp_path / "out" / "ranking.png").exists()
    again = command(*args, home=tmp_path)
    assert again.returncode == 0 and "test NDCG@10" not in again.stdout


def test_errors_are_one_sentence(tiny_folder: Path, tmp_path: Path) -> None:
    done = command(tiny_folder, "--referee", tmp_path / "no.py", "--results", tmp_path, home=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr and "--referee" in done.stderr
    wrong = command("--adapter", "nonsense", home=tmp_path)
    assert wrong.returncode == 2 and "DATASET:MODEL:SEED=PATH" in wrong.stderr


@pytest.mark.parametrize("part", ["--peers", "--groups"])
def test_unknown_names_are_refused(part: str, tmp_path: Path) -> None:
    done = command(part, "nobody", home=tmp_path)
    assert done.returncode == 2 and "choose from" in done.stderr


@pytest.mark.parametrize("dataset", ["ml-100k", "hm"])
def test_queries_in_other_words_share_next_to_no_word_with_their_item(shared: Path, dataset: str) -> None:
    catalog = load_catalog(shared / "data" / dataset)
    halves = [other_words.queries(dataset, half) for half in ("open", "closed")]
    assert sum(map(len, halves)) == 300 and not {r["item"] for r in halves[0]} & {r["item"] for r in halves[1]}
    for row in (*halves[0], *halves[1]):
        item = catalog.items[catalog.rows([row["item"], *row["also"]])[0]]
        own = {word for word in words_of(item_text(item)) if not word.endswith("*")}
        asked = {word for word in words_of(row["query"]) if not word.endswith("*")}
        title = {*words_of(item.title)}
        assert len(own & asked) <= 1 and (len(title) < 2 or not title <= {*words_of(row["query"])})


def test_an_answer_is_the_item_or_one_that_answers_as_well() -> None:
    scores = np.array([[0.1, 0.9, 0.5], [0.5, 0.5, 0.5]], np.float32)
    ranks = other_words.places(scores, [[0, 2], [1]])
    assert ranks == [1, 2]  # the third item is enough; among equals nothing is told apart
    assert other_words.summary([0, 9, 10, 99]) == {
        "recall@1": 0.25,
        "recall@10": 0.5,
        "recall@50": 0.75,
        "mrr@50": 0.2977,
    }

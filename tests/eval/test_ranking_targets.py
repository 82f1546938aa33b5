"""The report says of every target what was reached, missed ones included."""

from eval.ranking.tables import Line, comparisons, lines
from eval.ranking.targets import described, outcomes
from eval.store import Row


def row(model: str, ndcg: float, kind: str = "ours", section: str = "main") -> Row:
    metrics = {"ndcg@10": ndcg, "users": 2, "events": 2}
    return Row("ml-100k", "rolling", section, kind, model, 0, metrics, ndcg_per_user=(ndcg, ndcg))


def filed() -> list[Line]:
    return lines(
        [
            row("llm", 0.11),
            row("llmrec", 0.13),
            row("llm without ids", 0.09, section="modality"),
            row("llmrec without LLM", 0.12, section="extra"),
            row("sasrec", 0.08, "peer"),
            row("sasrec-windows", 0.105, "peer"),
        ]
    )


def test_missed_targets_are_told() -> None:
    reached = {(one.target.what, one.rival): one.reached for one in outcomes(filed())}
    assert reached["LLM alone against the best single peer as usually trained", "sasrec"]
    assert not reached["LLM alone against the best single peer of all", "sasrec-windows"]
    assert reached["fused model", ""]
    assert "**no**" in described(filed()) and "under a query" not in described(filed())


def test_no_rows_no_targets() -> None:
    assert described([]) == ""


def test_fused_model_is_compared_with_itself_without_llm_and_with_both_peers() -> None:
    pairs = {(one.ours, one.rival) for one in comparisons(filed())}
    rivals = {"sasrec", "sasrec-windows", "llmrec without LLM"}
    assert {rival for ours, rival in pairs if ours == "llmrec"} == rivals
    assert {ours for ours, _ in pairs} == {"llm", "llmrec"}

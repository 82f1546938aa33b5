"""What was aimed at and what came of it, from the filed rows: every target with its figure, missed ones included."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.ranking.tables import HARDER_PEER, Line, grid


@dataclass(frozen=True)
class Target:
    """`ours` of `section` reaches `least`, or `times` the rival that `rival` picks among the data set's lines."""

    what: str
    dataset: str
    section: str
    ours: str
    times: float = 1.0
    least: float | None = None
    rival: Callable[[Sequence[Line]], Line | None] | None = None


def best(kind: str, section: str = "main", without: str = "") -> Callable[[Sequence[Line]], Line | None]:
    """Picks the best line of a kind by its test figure, the hardest rival there is."""

    def pick(found: Sequence[Line]) -> Line | None:
        able = [ln for ln in found if ln.kind == kind and ln.section == section and ln.model != without]
        return max(able, key=_ndcg, default=None)

    return pick


def named(model: str, section: str = "main") -> Callable[[Sequence[Line]], Line | None]:
    """Picks a line by name."""

    def pick(found: Sequence[Line]) -> Line | None:
        return next((ln for ln in found if ln.model == model and ln.section == section), None)

    return pick


USUAL, HARDEST = best("peer", without=HARDER_PEER), best("peer")
ML, HM = "ml-100k", "hm"
TARGETS = (
    Target("LLM alone against the best single peer as usually trained", ML, "main", "llm", 1.1, rival=USUAL),
    Target("LLM alone against the best single peer of all", ML, "main", "llm", 1.1, rival=HARDEST),
    Target("fused model", ML, "main", "llmrec", least=0.122),
    Target("fused model against the best single peer as usually trained", ML, "main", "llmrec", 1.5, rival=USUAL),
    Target("fused model against the best single peer of all", ML, "main", "llmrec", 1.5, rival=HARDEST),
    Target("fused model against EASE + SASRec", ML, "main", "llmrec", 1.15, rival=named("ease+sasrec")),
    Target("fused model against the peers' best fusion", ML, "main", "llmrec", 1.15, rival=named("peer-fusion")),
    Target("fused model", HM, "main", "llmrec", least=0.05),
    Target("fused model against content-kNN on text", HM, "main", "llmrec", 1.1, rival=named("content-knn-text")),
    Target("under a query against the same model without", ML, "query", "llmrec", 2.0, rival=named("llmrec")),
    Target(
        "under a query against SASRec re-weighted", ML, "query", "llmrec", 1.2, rival=named("sasrec+query", "query")
    ),
    Target("under a query against the best rival", ML, "query", "llmrec", 1.2, rival=best("peer", "query")),
    Target("under a query against the same model without", HM, "query", "llmrec", 2.0, rival=named("llmrec")),
    Target("under a query against the best rival", HM, "query", "llmrec", 1.2, rival=best("peer", "query")),
    Target("cold items among themselves", ML, "cold-hidden", "llmrec", rival=best("peer", "cold-hidden")),
    Target("cold items in the whole catalogue", ML, "cold-all", "llmrec", rival=best("peer", "cold-all")),
)


NOTES = """`sasrec-windows` is SASRec trained by us on all of the history in windows, the data that our model sees;
SASRec as its library trains it reads each user's last 51 items only. Both comparisons are given. `llmrec without LLM`
is the fused score without its LLM component, weights fitted anew on valid: what the LLM adds is the distance to it.
Cold items: the LLM alone never lifts an item that it has no id for above those it has; `llmrec` transfers to such
items the scores of items whose media are like theirs (chosen on cold valid events), `llmrec, nothing transferred` does
not."""


@dataclass(frozen=True)
class Outcome:
    """A target beside its figure; `rival` and `against` are empty for an absolute one."""

    target: Target
    figure: float
    rival: str
    against: float | None

    @property
    def aimed(self) -> float:
        """The figure that was to be reached."""
        return self.target.least or self.target.times * (self.against or 0.0)

    @property
    def reached(self) -> bool:
        """Whether it was; a bare "beats" needs to be ahead, not level."""
        return self.figure > self.aimed if self.target.times == 1.0 and self.against else self.figure >= self.aimed


def outcomes(all_lines: Sequence[Line]) -> list[Outcome]:
    """Every target whose rows are filed."""
    found = []
    for target in TARGETS:
        of_dataset = [ln for ln in all_lines if ln.dataset == target.dataset]
        ours = named(target.ours, target.section)(of_dataset)
        rival = target.rival(of_dataset) if target.rival else None
        if ours is None or (target.rival and rival is None):
            continue
        found.append(Outcome(target, _ndcg(ours), rival.model if rival else "", _ndcg(rival) if rival else None))
    return found


def _ndcg(line: Line) -> float:
    value = line.value("ndcg@10")
    return value[0] if value else 0.0


def described(all_lines: Sequence[Line]) -> str:
    """The report's opening: every target, what was reached and whether that is enough."""
    found = outcomes(all_lines)
    if not found:
        return ""
    head = ["target", "data", "model", "aim", "NDCG@10", "rival", "rival's", "ratio", "reached"]
    body = [
        [
            one.target.what,
            one.target.dataset,
            one.target.ours,
            f"≥ {one.target.least}" if one.target.least else _times(one.target.times),
            f"{one.figure:.4f}",
            one.rival,
            f"{one.against:.4f}" if one.against is not None else "",
            f"{one.figure / one.against:.2f}" if one.against else "",
            "yes" if one.reached else "**no**",
        ]
        for one in found
    ]
    missed = sum(not one.reached for one in found)
    return f"## Targets\n\n{len(found) - missed} of {len(found)} reached.\n\n{grid(head, body)}\n\n{NOTES}\n"


def _times(times: float) -> str:
    return f"≥ {times} x" if times > 1 else "ahead"

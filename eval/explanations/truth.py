"""The truth test: does the sentence name the attribute that drove the purchase, and the medium that shows it?

In a SimShop the cause of every purchase is known. Held-out users, whom training never saw, are asked for one item at
each of their last purchases, with all before as history. Where the item in the first place is the one they bought, the
ranking is right, and its sentence is read against the cause.
"""

import json
import random
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from eval.explanations.rivals import PlainLLM, Reader, held_out, shuffled, tell, train_checkpoint
from eval.store import head_commit, this_machine
from llmrec import paths
from llmrec.audit.metric import mean
from llmrec.audit.scorer import ResultCache, Scorer
from llmrec.catalog.simshop import ATTRIBUTES, BY_NAME, World, load_truth, write_simshop
from llmrec.catalog.vocabulary import Facet, Vocabulary
from llmrec.evaluation.splits import Event, rolling_events, rolling_split
from llmrec.evidence.records import ItemEvidence
from llmrec.pipeline import Pipeline
from llmrec.ranking_file import write_ranking
from llmrec.rationale.brief import Brief
from llmrec.rationale.phrasing import plain_sentence
from llmrec.recommender import Recommender
from llmrec.request import Request
from llmrec.setup import base_folder

ITEMS, USERS, WORLD_SEED = 600, 1500, 1
SEED = 0
WHAT = {
    "driver": "the driving attribute is named",
    "medium": "and the medium that shows it is right",
    "precision": "of the attributes named, those the user's taste is about",
}


@dataclass(frozen=True)
class Case:
    """One purchase that was ranked first, and what was said of it."""

    event: Event
    item: str
    history: tuple[str, ...]
    cause: tuple[str, str]
    text: str
    source: str
    evidence: ItemEvidence


def measure_truth(data: Path | None, adapter: Path | None, users: int, asked_llm: int, out: Path, command: str) -> None:
    """Writes `truth.json` to the folder `out`; makes the shop and the pack where they are not given.

    `asked_llm`: cases at most that the LLM without evidence explains: it reads some 700 tokens for each.
    """
    store = paths.home() / "eval" / "explanations"
    store.mkdir(parents=True, exist_ok=True)
    data = data or store / f"simshop-{WORLD_SEED}"
    if not (data / "truth.jsonl").is_file():
        write_simshop(data, ITEMS, USERS, WORLD_SEED)
    adapter = adapter or train_checkpoint(data, store / f"simshop-{WORLD_SEED}-pack", users, SEED)
    shop, truth = Recommender.from_pretrained(adapter, data), load_truth(data)
    kept = ResultCache(store / f"truth-{shop.pipeline.name}.jsonl")
    cases, counts = _cases(shop, truth, held_out(list(shop.catalog.histories), users, SEED), kept)
    tell(f"{len(cases)} of {counts['events']} purchases stand in the first place")
    reader = Reader(shop.catalog, truth)
    texts = {"llmrec": [case.text for case in cases]}
    other = shuffled(
        [case.evidence for case in cases], [case.event.user for case in cases], shop.pipeline.labelled_catalog, SEED
    )
    texts["shuffled evidence"] = [plain_sentence(Brief.of(each, shop.pipeline.labelled_catalog)) for each in other]
    chosen = sorted(random.Random(SEED).sample(range(len(cases)), min(asked_llm, len(cases))))
    texts["LLM without evidence"] = _untold(shop, [cases[n] for n in chosen], kept)
    rows = {}
    for name, said in texts.items():
        of = [cases[n] for n in chosen] if name == "LLM without evidence" else cases
        rows[name] = _row(reader, of, said)
    sources: dict[str, int] = {}
    for case in cases:
        sources[case.source] = sources.get(case.source, 0) + 1
    result = {
        "rows": rows,
        "chance": _chance(cases, truth),
        **counts,
        "sources": sources,
        "fidelity": round(float(np.mean([case.evidence.fidelity or 0.0 for case in cases])), 4),
        "removal": _removal(shop, cases, kept),
        "probes": _probes(shop.pipeline, truth),
        "sentences": [
            {"user": case.event.user, "item": case.item, "cause": "=".join(case.cause), "text": case.text}
            | {name: said[n] for name, said in texts.items() if name == "shuffled evidence"}
            for n, case in list(enumerate(cases))[:: max(1, len(cases) // 20)]
        ],
        "data": f"SimShop, {len(truth.items)} items, {len(truth.tastes)} users, seed {truth.seed}",
        "adapter": shop.pipeline.name,
        "seed": SEED,
        "machine": this_machine(),
        "commit": head_commit(),
        "command": command,
        "date": time.strftime("%Y-%m-%d"),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "truth.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _cases(
    shop: Recommender, truth: World, users: Sequence[str], kept: ResultCache
) -> tuple[list[Case], dict[str, int]]:
    """The right rankings of the users' test events, explained; and how many were asked."""
    causes = {(p.user, p.item): p for p in truth.purchases}
    ids = [item.id for item in shop.catalog.items]
    chosen = set(users)
    events = [e for e in rolling_events(shop.catalog, rolling_split(shop.catalog), "test") if e.user in chosen]
    firsts = kept.get(["firsts", sorted(chosen)], lambda: _firsts(shop, chosen))
    found = []
    for done, event in enumerate(events, 1):
        history = tuple(ids[row] for row in event.history)
        first = firsts[event.user][event.number]
        cause = causes[event.user, ids[event.target]]
        if first != ids[event.target] or cause.attribute is None or cause.value is None:
            continue
        told = kept.get(
            ["told", history, (shop.pipeline.checkpoint.folder / "rationale").is_dir()],
            lambda h=history: _explained(shop, h),
        )
        evidence = ItemEvidence.from_dict(told["evidence"])
        assert evidence.item == first, f"{first} was ranked first and {evidence.item} explained"
        driver = (cause.attribute, cause.value)
        found.append(Case(event, first, history, driver, told["text"], told["source"], evidence))
        if len(found) % 20 == 0:
            tell(f"{len(found)} right of {done} (of {len(events)})")
    counts = {
        "users": len(chosen),
        "events": len(events),
        "right": len(found),
        "users with a right one": len({case.event.user for case in found}),
    }
    return found, counts


def _firsts(shop: Recommender, users: Collection[str]) -> dict[str, list[str]]:
    """User -> the item in the first place at each of the test events."""
    split = rolling_split(shop.catalog)
    parts = {"train": split.train, "valid": split.valid, "test": split.test}
    with TemporaryDirectory() as folder:
        asked, ranked = Path(folder) / "split.jsonl", Path(folder) / "ranking.jsonl"
        lines = [{"user": u, **{at: part[u] for at, part in parts.items()}} for u in split.train if u in users]
        asked.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        write_ranking(shop, asked, "test", ranked)
        found = [json.loads(line) for line in ranked.read_text(encoding="utf-8").splitlines()]
    return {line["user"]: [items[0] for items in line["items"]] for line in found}


def _explained(shop: Recommender, history: tuple[str, ...]) -> dict[str, Any]:
    rationale = shop.recommend(Request(history=history, k=1, explain=True)).items[0].rationale
    assert rationale is not None
    return rationale.to_dict()


def _untold(shop: Recommender, cases: Sequence[Case], kept: ResultCache) -> list[str]:
    llm = PlainLLM(base_folder(paths.home()), shop.pipeline.labelled_catalog)
    texts: list[str] = []
    for case in cases:
        prompt = llm.prompt(case.item, case.history)
        texts.append(kept.get(["untold", prompt], lambda c=case: llm.explain(c.item, c.history)))
        if len(texts) % 10 == 0:
            tell(f"{len(texts)} of {len(cases)} explained without evidence")
    return texts


def _row(reader: Reader, cases: Sequence[Case], texts: Sequence[str]) -> dict[str, Any]:
    """Each measure with its interval, users resampled."""
    users = [case.event.user for case in cases]
    read = [reader.judge(text, c.event.user, c.item, c.cause) for c, text in zip(cases, texts, strict=True)]
    metrics = [mean(name, WHAT[name], users, [one[name] for one in read]) for name in ("driver", "medium")]
    right, given = [one["right"] for one in read], [one["given"] for one in read]
    metrics.append(mean("precision", WHAT["precision"], users, right, weights=given))
    by_modality: dict[str, list[float]] = {}
    for one, case in zip(read, cases, strict=True):
        by_modality.setdefault(BY_NAME[case.cause[0]].modality, []).append(one["driver"])
    return {
        **{metric.name: metric.to_dict() for metric in metrics},
        "named a sentence": round(float(np.mean(given)), 3),
        "sentences": len(texts),
        "driver named by modality": {m: round(float(np.mean(hits)), 4) for m, hits in by_modality.items()},
    }


def _chance(cases: Sequence[Case], truth: World) -> dict[str, float]:
    """Naming as many of the item's attributes as llmrec does, drawn at random."""
    drawn = np.mean([len(case.evidence.traits) for case in cases]) / len(ATTRIBUTES)
    liked = np.mean([len(truth.tastes[case.event.user].likes) for case in cases]) / len(ATTRIBUTES)
    return {"driver": round(float(drawn), 4), "precision": round(float(liked), 4)}


def _removal(shop: Recommender, cases: Sequence[Case], kept: ResultCache, most: int = 100) -> dict[str, float]:
    """The surrogate against the scorer itself: history items with a named attribute removed, or as many others.

    Asked of the strongest named attribute that some but not most of the history has, so that both can be removed.
    """
    scorer, vocabulary, rng = Scorer(shop.pipeline), Vocabulary.of(shop.pipeline.labelled_catalog), random.Random(SEED)
    lost, users = [], []
    for case in cases:
        for record in case.evidence.traits:
            facet = Facet.of(record.attribute or "")
            having = [item for item in case.history if facet in vocabulary.facets[item]]
            lacking = [item for item in case.history if facet not in vocabulary.facets[item]]
            if not 0 < len(having) <= len(lacking):
                continue
            gone = rng.sample(lacking, len(having))
            others = [[item for item in case.history if item not in out] for out in (set(having), set(gone))]
            whole, without, random_less = kept.get(
                ["removal", case.item, case.history, others],
                lambda c=case, o=others: [s.score for s in scorer.standings(c.item, c.history, o, "", c.event.user)],
            )
            lost.append((whole - without, whole - random_less))
            users.append(case.event.user)
            break
        if len(lost) == most:
            break
    if not lost:
        return {"cases": 0}
    pairs = np.array(lost)
    return {
        "cases": len(pairs),
        "lost without those that have it": round(float(pairs[:, 0].mean()), 4),
        "lost without as many others": round(float(pairs[:, 1].mean()), 4),
        "more than without others": round(float((pairs[:, 0] > pairs[:, 1]).mean()), 4),
    }


def _probes(pipeline: Pipeline, truth: World) -> dict[str, dict[str, Any]]:
    """Attribute -> the modality that was found to show it, and how often an unlabelled item's value is named right."""
    labelled = {label.item for label in pipeline.catalog.labels}
    row = {item: n for n, item in enumerate(truth.items)}
    rest = [item for item in pipeline.labelled_catalog.items if item.id not in labelled]
    found: dict[str, dict[str, Any]] = {}
    for attribute in ATTRIBUTES:
        named = [item for item in rest if attribute.name in item.attributes]
        right = [
            item for item in named if item.attributes[attribute.name] == truth.values[attribute.name][row[item.id]]
        ]
        found[attribute.name] = {
            "modality": pipeline.labelled_catalog.shown_by.get(attribute.name),
            "true modality": attribute.modality,
            "named": round(len(named) / len(rest), 4),
            "right": round(len(right) / max(len(named), 1), 4),
        }
    return found


AIM = 0.9
MEASURES = (
    ("driver", "driving attribute named"),
    ("medium", "and its medium right"),
    ("precision", "of the attributes named, in the user's taste"),
)


def read_truth(folder: Path) -> dict[str, Any] | None:
    """What `eval.explanations.truth` filed in `folder`, if it did."""
    file = folder / "truth.json"
    found: dict[str, Any] | None = json.loads(file.read_text()) if file.is_file() else None
    return found


def truth_lines(truth: dict[str, Any]) -> list[str]:
    """The section of the report."""
    head = " | ".join(label for _, label in MEASURES)
    lines = [
        "",
        "## The true reason (SimShop)",
        "",
        f"{truth['users']} held-out users, whom training never saw, are asked for one item at each of their last "
        f"purchases, {truth['events']} in all. The {truth['right']} that are ranked first (of "
        f"{truth['users with a right one']} users) are read against the cause of the purchase.",
        "",
        f"| explanation | sentences | names each | {head} |",
        "| --- | --- | --- |" + " --- |" * len(MEASURES),
    ]
    for name, row in truth["rows"].items():
        cells = [_cell(row[measure]) for measure, _ in MEASURES]
        if name == "llmrec" and row["driver"]["value"] < AIM:
            cells[0] += f" **missed** (aim {AIM:g})"
        lines.append(f"| {name} | {row['sentences']} | {row['named a sentence']:.1f} | {' | '.join(cells)} |")
    chance = truth["chance"]
    lines.append(
        f"| as many of the 12 attributes at random | | | {chance['driver']:.3f} | | {chance['precision']:.3f} |"
    )
    sources = ", ".join(f"{count} {name}" for name, count in truth["sources"].items())
    removal = truth["removal"]
    lines += [
        "",
        f"llmrec's sentences were written by: {sources}. The surrogate behind the named attributes explains "
        f"{truth['fidelity']:.2f} of the variance of a user's scores (R²).",
    ]
    if removal["cases"]:
        lines.append(
            f"Without the history items that have the strongest named attribute that a minority of them has, the score "
            f"falls by {removal['lost without those that have it']:.2f} deviations; without as many others by "
            f"{removal['lost without as many others']:.2f} ({removal['cases']} cases, more in "
            f"{removal['more than without others']:.0%})."
        )
    lines += [
        "",
        "| attribute | found to show in | named, of the unlabelled | right, of these | driver named, by medium |",
        "| --- | --- | --- | --- | --- |",
    ]
    by_modality = truth["rows"]["llmrec"]["driver named by modality"]
    for name, probe in truth["probes"].items():
        place = probe["modality"] or "none"
        wrong = "" if place == probe["true modality"] else f" **wrong** ({probe['true modality']})"
        driver = by_modality.get(probe["true modality"])
        cells = f"{probe['named']:.3f} | {probe['right']:.3f} | " + ("" if driver is None else f"{driver:.3f}")
        lines.append(f"| {name} | {place}{wrong} | {cells} |")
    return lines


def truth_run(truth: dict[str, Any]) -> str:
    """How it was run, on one line."""
    return (
        f"- the true reason: {truth['data']}, pack {truth['adapter']}, seed {truth['seed']}, {truth['date']}, commit "
        f"{truth['commit']}, {truth['machine']['cores']} cores of {truth['machine']['cpu']}; `{truth['command']}`"
    )


def plot_truth(truth: dict[str, Any], file: Path) -> None:
    """A group of bars for each measure, a bar for each writer."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    rows = truth["rows"]
    width = 0.8 / len(rows)
    colours = ("#2a7f62", "#b08d57", "#7f8c8d")
    for n, ((name, row), colour) in enumerate(zip(rows.items(), colours, strict=False)):
        values = [row[measure]["value"] or 0.0 for measure, _ in MEASURES]
        ends = [
            (value - (row[m]["low"] or value), (row[m]["high"] or value) - value)
            for value, (m, _) in zip(values, MEASURES, strict=True)
        ]
        at = np.arange(len(MEASURES)) + (n - (len(rows) - 1) / 2) * width
        axes.bar(at, values, width, label=name, color=colour, yerr=np.array(ends).T, capsize=3)
    axes.axhline(AIM, color="#333333", linewidth=1, linestyle="--")
    axes.set_xticks(range(len(MEASURES)), [label for _, label in MEASURES], fontsize=8)
    axes.set_ylim(0, 1.05)
    axes.legend(fontsize=8)
    figure.savefig(file, dpi=130)


def _cell(metric: dict[str, Any]) -> str:
    if metric["value"] is None:
        return f"NaN ({metric['reason']})"
    return f"{metric['value']:.3f} ({metric['low']:.3f} to {metric['high']:.3f})"

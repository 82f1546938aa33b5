"""`python -m eval.ranking DATASET…`: our adapters, peers, fusions, cold items, queries, report.

Resumable: a row that is filed for this data and this referee is not run again.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from eval.command import run_command
from eval.ranking import fusion, referee
from eval.ranking.problem import Problem, build_problem
from eval.ranking.record import default_store
from eval.ranking.report import write_report
from eval.ranking.runs import RECIPES, Checkpoint, Context, parse_checkpoint, run_checkpoint, run_peer
from llmrec.catalog import load_catalog
from llmrec.errors import LlmrecError
from llmrec.evaluation.splits import Split, load_split

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "eval" / "results" / "ranking"
REFEREE = ROOT / "tests" / "evaluation" / "referee.py"
GROUPS = ("peers", "fusion", "cold", "query")
TRAINED = ("variants", "ours", "ours-cold")
"""Groups that train our own model where it is not trained yet; they run only when named."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m eval.ranking", description=__doc__)
    parser.add_argument("datasets", nargs="*", type=Path, help="folders; none: the report only")
    parser.add_argument("--referee", type=Path, default=REFEREE)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where rows and report go")
    parser.add_argument("--seeds", type=_numbers, default=[0, 1, 2], help="default 0,1,2")
    parser.add_argument(
        "--groups",
        type=_names((*GROUPS, *TRAINED)),
        default=list(GROUPS),
        help=f"default {','.join(GROUPS)}; by name alone, since they train our model: {', '.join(TRAINED)}",
    )
    parser.add_argument(
        "--variants",
        type=lambda text: text.split(","),
        help="of the group variants: names in eval/ranking/variants.py; default all",
    )
    parser.add_argument("--peers", type=_names(tuple(RECIPES)), default=list(RECIPES), help=",".join(RECIPES))
    parser.add_argument(
        "--adapter",
        type=_checkpoint,
        action="append",
        default=[],
        metavar="DATASET:MODEL:SEED=PATH",
        help="our adapters",
    )
    parser.add_argument("--force", action="store_true", help="measure filed rows again")
    return parser.parse_args(argv)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _checkpoint(text: str) -> Checkpoint:
    try:
        return parse_checkpoint(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _names(allowed: tuple[str, ...]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        for name in chosen:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"{name!r} is unknown; choose from {', '.join(allowed)}")
        return chosen

    return parse


def open_problem(context: Context, folder: Path) -> tuple[Problem, Split]:
    """The data set under the referee's split."""
    catalog = load_catalog(folder)
    path = referee.write_split(context.referee, folder, context.store / folder.name / "split.jsonl")
    split = load_split(path, catalog)
    return build_problem(folder, catalog, split), split


def run(args: argparse.Namespace) -> None:
    """Every group on every data set, then the report."""
    context = Context(args.referee, args.results, default_store(), args.force)
    for folder in args.datasets:
        problem, split = open_problem(context, folder.resolve())
        for checkpoint in args.adapter:
            run_checkpoint(context, problem, checkpoint)
        if "peers" in args.groups:
            for name in args.peers:
                for seed in args.seeds if RECIPES[name].random else [0]:
                    run_peer(context, problem, name, seed)
        if "fusion" in args.groups:
            for name in (*fusion.FIXED, fusion.BEST_TWO):
                for seed in args.seeds:
                    fusion.run_fusion(context, problem, name, seed)
        if "cold" in args.groups:
            from eval.ranking.cold import PEERS, run_cold

            for name in PEERS:
                for seed in args.seeds:
                    run_cold(context, problem, split, name, seed)
        if "variants" in args.groups:
            from eval.ranking.variant_runs import run_variants

            run_variants(context, problem, split, args.variants, args.seeds)
        if "ours" in args.groups:
            from eval.ranking.fused import run_fused

            for seed in args.seeds:
                run_fused(context, problem, split, seed)
        if "ours-cold" in args.groups:
            from eval.ranking.cold_ours import run_cold_ours

            for seed in args.seeds:
                run_cold_ours(context, problem, split, seed)
        if "query" in args.groups:
            from eval.ranking.query_rivals import RIVALS, run_rival

            for name in RIVALS:
                for seed in args.seeds:
                    run_rival(context, problem, name, seed)
    for file in write_report(args.results):
        print(file)


def main() -> None:
    """Entry point; a known error is one sentence and exit code 1."""
    try:
        run(arguments())
    except (LlmrecError, referee.RefereeError, FileNotFoundError) as error:
        sys.exit(f"eval.ranking: {error}")


if __name__ == "__main__":
    run_command(main)

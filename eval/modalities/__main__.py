"""`python -m eval.modalities WORLD…`: every fusion and classic recipe, with and without each modality, cold items.

Resumable: a row that is filed for this data and configuration is not measured again, and a training that was cut
short goes on from its checkpoint.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from eval.command import run_command
from eval.modalities.checkpoints import load_checkpoints, run_checkpoint, trained_on
from eval.modalities.recipes import CLASSICS, HYBRID, RECIPES, row_name, training_of, with_encoders
from eval.modalities.report import write_report
from eval.modalities.rows import Filed
from eval.modalities.runs import Run, features_of, run_hybrid, run_oracle, run_recipe
from eval.modalities.worlds import open_world, world_name
from llmrec.encoders.registry import chosen
from llmrec.errors import LlmrecError
from llmrec.fusion import FUSIONS
from llmrec.paths import home
from llmrec.setup import base_folder

RESULTS = Path(__file__).resolve().parent.parent / "results" / "modalities"
NONE = "none"


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m eval.modalities", description=__doc__)
    parser.add_argument("worlds", nargs="*", type=Path, help="catalogue folders; none: the report only")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--fusions", nargs="+", choices=(*FUSIONS, NONE), default=list(FUSIONS), metavar="WORD")
    parser.add_argument(
        "--recipes",
        nargs="+",
        choices=(*CLASSICS, HYBRID, NONE),
        default=[*CLASSICS, HYBRID],
        metavar="NAME",
        help=f"classic recipes beside the fusions; default all: {'; '.join((*CLASSICS, HYBRID))}",
    )
    parser.add_argument(
        "--retrain",
        nargs="+",
        choices=(*FUSIONS, NONE),
        default=["concat"],
        metavar="WORD",
        help="fusions trained again without each modality; the others lose it at inference only",
    )
    parser.add_argument(
        "--adapter",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="an adapter trained on one of the worlds, measured as the row of its fusion; may be repeated",
    )
    parser.add_argument("--no-cold", action="store_true", help="leave out the cold items, which cost a training each")
    parser.add_argument(
        "--encoder",
        action="append",
        default=[],
        metavar="MODALITY=SPEC",
        help="another encoder: a row of its own",
    )
    parser.add_argument(
        "--features", type=Path, help="keep the worlds' features in this folder, and take them from there"
    )
    parser.add_argument("--encode-only", action="store_true", help="make the features, train nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where rows and report go")
    parser.add_argument("--force", action="store_true", help="measure filed rows again")
    return parser.parse_args(argv)


def run(args: argparse.Namespace) -> None:
    """Every world, then the report."""
    filed, encoder_specs, store = Filed(args.results, args.force), chosen(args.encoder), home() / "eval" / "modalities"
    folders = [folder.resolve() for folder in args.worlds]
    checkpoints = load_checkpoints(args.adapter, [world_name(folder) for folder in folders])
    for folder in folders:
        world = open_world(folder)
        if args.encode_only:
            for name in (*args.fusions, *args.recipes):
                if name != NONE:
                    features_of(world, _encoder_specs(name, encoder_specs), args.features)
            continue
        run_oracle(world, filed)
        for checkpoint in checkpoints:
            if trained_on(checkpoint) == world.name:
                run_checkpoint(world, filed, checkpoint, base_folder(home()))
        training = training_of(world.name, world.truth is not None)
        for seed in args.seeds:
            for name in (*args.fusions, *args.recipes):
                if name == HYBRID:
                    run_hybrid(
                        world, filed, features_of(world, _encoder_specs(name, encoder_specs), args.features), seed
                    )
                elif name != NONE:
                    recipe = with_encoders(RECIPES[name], encoder_specs)
                    one = Run(world, filed, row_name(name, recipe), recipe, training, seed, base_folder(home()), store)
                    run_recipe(
                        one,
                        features_of(world, recipe.encoder_specs, args.features),
                        name in args.retrain,
                        not args.no_cold,
                    )
    if not args.encode_only:
        for file in write_report(args.results):
            print(file)


def _encoder_specs(name: str, others: Mapping[str, str]) -> Mapping[str, str] | None:
    return {"text": "minilm"} if name == HYBRID else with_encoders(RECIPES[name], others).encoder_specs


def main() -> None:
    """Entry point; a known error is one sentence and exit code 1."""
    try:
        run(arguments())
    except (LlmrecError, FileNotFoundError) as error:
        sys.exit(f"eval.modalities: {error}")


if __name__ == "__main__":
    run_command(main)

"""The rows of a trained adapter: what `llmrec train` (or a machine with a GPU) made is not trained again here."""

from collections.abc import Collection, Iterable
from pathlib import Path

from eval.modalities.models import Learnt, Trained
from eval.modalities.rows import MAIN, Filed, Rows
from eval.modalities.worlds import World
from llmrec.errors import BadInput
from llmrec.model.checkpoint import Checkpoint, identity, load_checkpoint
from llmrec.model.inference import item_vectors
from llmrec.model.prompt import PromptWords
from llmrec.model.restore import restore_items, restore_model
from llmrec.paths import home
from llmrec.pipeline import build_components, extract_features


def load_checkpoints(folders: Iterable[Path], worlds: Collection[str]) -> list[Checkpoint]:
    """The packs in `folders`, each trained on one of the `worlds`; raises `BadInput` otherwise, and as `load_pack`."""
    checkpoints = [load_checkpoint(folder) for folder in folders]
    for checkpoint in checkpoints:
        if trained_on(checkpoint) not in worlds:
            named = ", ".join(worlds) or "none is named"
            raise BadInput(
                f"{checkpoint.folder} was trained on {trained_on(checkpoint)}, not on a world here "
                f"({named}); name that one"
            )
    return checkpoints


def trained_on(checkpoint: Checkpoint) -> str:
    """Name of the catalogue."""
    return str(checkpoint.info.provenance["data"])


def run_checkpoint(world: World, filed: Filed, checkpoint: Checkpoint, base: Path) -> None:
    """Files the pack as the row of its fusion, whole and with each modality masked, unless that is done.

    The pack must have been trained on the rolling split's train. Raises `CheckpointMismatch` for another base model.
    """
    info = checkpoint.info
    config = {
        "checkpoint": identity(checkpoint),
        "fusion": info.config.fusion,
        "encoders": dict(info.encoders),
        "trained on": str(info.provenance["machine"]),
    }
    rows = Rows(filed, world, int(info.provenance["recipe"]["seed"]), config)
    missing = rows.missing(info.config.fusion, MAIN, tuple(info.encoders))
    if missing:
        trained = _pipeline(world, checkpoint, base)
        for row in missing:
            rows.file(row, trained, world.warm)


def _pipeline(world: World, checkpoint: Checkpoint, base: Path) -> Trained:
    info = checkpoint.info
    features, _ = extract_features(world.catalog, checkpoint, home())
    ids = tuple(item.id for item in world.catalog.items)
    model, table = restore_model(checkpoint, base), restore_items(checkpoint, ids, features.vectors, features.mask)
    parts = build_components(item_vectors(model, table), checkpoint, world.catalog, features.media)
    learnt = Learnt(parts.interaction_models, info.cold_start, parts.profiles.whitenings)
    weights = {str(key): weight for key, weight in info.weights["history"].items()}
    best, seconds = info.metrics["valid ndcg@10 of the LLM alone"], float(info.provenance["seconds"])
    return Trained(model, table, PromptWords.load(base), features, learnt, weights, best, seconds)

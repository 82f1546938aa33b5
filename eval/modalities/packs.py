"""The cells of a trained adapter pack: what `llmrec train` (or a machine with a GPU) made is not trained again here."""

from pathlib import Path

from eval.modalities import cells as filed
from eval.modalities.cells import Cells
from eval.modalities.models import Learnt, Trained
from eval.modalities.runs import file_row, removed
from eval.modalities.worlds import World
from llmrec.model.pack import Pack, identity, load_pack, restore_model
from llmrec.model.words import PromptWords
from llmrec.opening import components_of, features_of
from llmrec.paths import home


def packs_of(world: World, folders: list[Path]) -> list[Pack]:
    """The packs that were trained on the catalogue of this name; raises what `load_pack` raises."""
    return [pack for folder in folders if (pack := load_pack(folder)).info.provenance.get("data") == world.name]


def run_pack(world: World, cells: Cells, pack: Pack, base: Path) -> None:
    """Files the pack as the row of its fusion, whole and with each modality masked, unless that is done.

    The pack must have been trained on the rolling split's train. Raises `PackMismatch` for another base model.
    """
    info = pack.info
    about = info.provenance
    seed = int(about["recipe"]["seed"])
    config = {
        "pack": identity(pack),
        "fusion": info.config.fusion,
        "encoders": dict(info.encoders),
        "trained on": str(about["machine"]),
    }
    name = info.config.fusion
    wanted = [(name, filed.MAIN, ""), *((removed(name, m, "masked"), filed.REMOVED, m) for m in info.encoders)]
    missing = [one for one in wanted if not cells.done(world, one[0], seed, one[1], config)]
    if not missing:
        return
    trained = _opened(world, pack, base)
    for model, section, without in missing:
        file_row(world, cells, seed, trained, world.warm, model, section, without, config)


def _opened(world: World, pack: Pack, base: Path) -> Trained:
    info = pack.info
    features, _ = features_of(world.catalog, pack, home())
    ids = tuple(item.id for item in world.catalog.items)
    model = restore_model(pack, base, ids, features.vectors, features.mask).eval()
    parts = components_of(model, pack, world.catalog, features)
    taste = parts.tasting.taste if parts.tasting else None
    learnt = Learnt(parts.collaborative, parts.popular, taste, info.newcomers)
    best, seconds = info.metrics["valid ndcg@10 of the LLM alone"], float(info.provenance["seconds"])
    return Trained(model, PromptWords.load(base), features, learnt, info.weights["history"], best, seconds)

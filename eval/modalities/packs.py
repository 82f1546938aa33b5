"""The cells of a trained adapter pack: what `llmrec train` (or a machine with a GPU) made is not trained again here."""

from collections.abc import Collection, Iterable
from pathlib import Path

from eval.modalities.cells import MAIN, Cells
from eval.modalities.models import Learnt, Trained
from eval.modalities.rows import Rows
from eval.modalities.worlds import World
from llmrec.errors import BadInput
from llmrec.model.pack import Pack, identity, load_pack, restore_model
from llmrec.model.words import PromptWords
from llmrec.opening import components_of, features_of
from llmrec.paths import home


def load_packs(folders: Iterable[Path], worlds: Collection[str]) -> list[Pack]:
    """The packs in `folders`, each trained on one of the `worlds`; raises `BadInput` otherwise, and as `load_pack`."""
    packs = [load_pack(folder) for folder in folders]
    for pack in packs:
        if trained_on(pack) not in worlds:
            named = ", ".join(worlds) or "none is named"
            raise BadInput(
                f"{pack.folder} was trained on {trained_on(pack)}, not on a world here ({named}); name that one"
            )
    return packs


def trained_on(pack: Pack) -> str:
    """Name of the catalogue."""
    return str(pack.info.provenance["data"])


def run_pack(world: World, cells: Cells, pack: Pack, base: Path) -> None:
    """Files the pack as the row of its fusion, whole and with each modality masked, unless that is done.

    The pack must have been trained on the rolling split's train. Raises `PackMismatch` for another base model.
    """
    info = pack.info
    config = {
        "pack": identity(pack),
        "fusion": info.config.fusion,
        "encoders": dict(info.encoders),
        "trained on": str(info.provenance["machine"]),
    }
    rows = Rows(cells, world, int(info.provenance["recipe"]["seed"]), config)
    missing = rows.missing(info.config.fusion, MAIN, tuple(info.encoders))
    if missing:
        trained = _opened(world, pack, base)
        for row in missing:
            rows.file(row, trained, world.warm)


def _opened(world: World, pack: Pack, base: Path) -> Trained:
    info = pack.info
    features, _ = features_of(world.catalog, pack, home())
    ids = tuple(item.id for item in world.catalog.items)
    model = restore_model(pack, base, ids, features.vectors, features.mask)
    parts = components_of(model, pack, world.catalog, features)
    taste = parts.tasting.taste if parts.tasting else None
    learnt = Learnt(parts.collaborative, parts.popular, taste, info.newcomers)
    best, seconds = info.metrics["valid ndcg@10 of the LLM alone"], float(info.provenance["seconds"])
    return Trained(model, PromptWords.load(base), features, learnt, info.weights["history"], best, seconds)

"""Fits the weights of a checkpoint's fused score anew: for further components, or another catalogue. Trains nothing."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from llmrec.catalog import Catalog
from llmrec.encoders import encoder_by_id, text_encoder
from llmrec.errors import BadInput, storage_error
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.splits import make_split, rolling_events
from llmrec.feedback_rule import read_feedback
from llmrec.model.checkpoint import MANIFEST, CheckpointInfo, load_checkpoint, manifest, write_text
from llmrec.model.inference import item_vectors
from llmrec.model.prompt import PromptWords
from llmrec.model.restore import restore_items, restore_model
from llmrec.paths import adapter_folder, home
from llmrec.pipeline import build_components, extract_features
from llmrec.provenance import made_with
from llmrec.registry import plugged
from llmrec.setup import base_of
from llmrec.train.calibrate import calibrate
from llmrec.train.card import RECALIBRATED, write_card


def recalibrate(
    adapter: Path | str,
    data: Path | str | Catalog,
    out: Path | str,
    *,
    split: str = "rolling",
    positive: str = "all",
    components: Sequence[str] = (),
    seed: int = 0,
) -> CheckpointInfo:
    """Copy a checkpoint, its weights of the fused score fitted anew on the valid part of a split.

    Parameters
    ----------
    adapter
        Folder of the checkpoint, or the name of a shipped one. It must not have learnt from the valid part.
    data
        Folder of the catalogue, or one in memory.
    out
        Folder of the copy; another one.
    split
        Split file (see `llmrec split`), `rolling` or `loo`.
    positive
        Which held-out events are to be predicted, as of `TrainConfig.positive`.
    components
        Score components of one's own, by name or import path, that join those of the checkpoint.
    seed
        Of the events that are drawn, and of the queries.

    Returns
    -------
    CheckpointInfo
        The manifest of the copy. Its metrics of the valid part are those of the new weights; those of a test part are
        left out, as they were reached by the former.

    Raises
    ------
    BadInput
        Where the checkpoint has learnt from the valid part, or may have, or `out` is its own folder.
    CheckpointError, CheckpointMismatch, CatalogError, SetupError, StorageError
        Where a part cannot be read or does not fit, or the disk refuses.

    Examples
    --------
    >>> recalibrate("ml-100k", "ml-100k", "adapters/ml-100k-new")  # doctest: +SKIP
    """
    source, out = adapter_folder(adapter), Path(out)
    if source.resolve() == out.resolve():
        raise BadInput("`out` is the checkpoint's own folder; name another one", "out")
    checkpoint = load_checkpoint(source)
    catalog = data if isinstance(data, Catalog) else Catalog.read(Path(data))
    parts = make_split(catalog, split)
    seen = leakage(checkpoint.info.provenance, catalog, parts, "valid")
    if seen.state != "clean":
        raise BadInput(f"weights cannot be fitted on the valid part of the split {split!r}: {seen.why}", "split")
    info = replace(checkpoint.info, components=(*checkpoint.info.components, *components))
    checkpoint = replace(checkpoint, info=replace(info, cold_start=False))
    base = base_of(info.base, home())
    features, _ = extract_features(catalog, checkpoint, home())
    model = restore_model(checkpoint, base)
    table = restore_items(checkpoint, tuple(item.id for item in catalog.items), features.vectors, features.mask)
    scored = build_components(item_vectors(model, table), checkpoint, catalog, features.media)
    # Of items without text the default encoder reads queries, as in training.
    text = encoder_by_id("text", info.encoders["text"]) if "text" in info.encoders else text_encoder()
    events = rolling_events(catalog, parts, "valid", read_feedback(catalog, positive))
    fitted = calibrate(model, table, PromptWords.load(base), scored, catalog, events, text, seed).covering(scored)
    info = replace(
        info,
        name=out.name,
        weights=fitted.weights,
        cold_start=fitted.cold_start,
        plugins=(*info.plugins, *(p for spec in components if (p := plugged("score_component", spec)))),
        metrics=fitted.metrics,
        provenance={
            **{name: value for name, value in info.provenance.items() if name != "test"},
            "test": {},
            RECALIBRATED: {"split": split, "positive": positive, "events": len(events), "seed": seed, **made_with()},
        },
    )
    _copied(source, out, info)
    write_card(out, info)
    return info


def _copied(source: Path, out: Path, info: CheckpointInfo) -> None:
    """The files of a checkpoint in another folder, with another manifest."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in ("model.safetensors", "collaborative.safetensors", "features.safetensors", "items.json"):
            if (source / name).is_file():
                shutil.copyfile(source / name, out / name)
        if (source / "rationale").is_dir():
            shutil.copytree(source / "rationale", out / "rationale", dirs_exist_ok=True)
        write_text(out / MANIFEST, json.dumps(manifest(info), indent=2))
    except OSError as error:
        raise storage_error(f"the checkpoint {out}", error) from error

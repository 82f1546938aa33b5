"""Whether a checkpoint was made for this catalogue: the share of its items that the catalogue has.

Ids alone do not tell: two catalogues may both number their items from 1. A checkpoint carries a hash of each title, so
an item counts as found where its id and its title are the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from safetensors import SafetensorError, safe_open

from llmrec.catalog.types import Catalog
from llmrec.encoders.cache import content_key
from llmrec.errors import CheckpointMismatch
from llmrec.model.checkpoint import Checkpoint

MIN_SHARE = 0.1
"""Below this share a checkpoint counts as one of another catalogue, and is refused."""
NOTE_SHARE = 0.5
"""Below this share every answer has a note on how much of the catalogue the checkpoint knows."""


@dataclass(frozen=True, slots=True)
class CatalogMatch:
    """What a checkpoint and a catalogue have in common.

    Parameters
    ----------
    shared
        Items in both.
    trained, in_catalogue
        Items of the checkpoint's catalogue, and of this one.

    Examples
    --------
    >>> CatalogMatch(shared=50, trained=100, in_catalogue=1000).share
    0.5
    """

    shared: int
    trained: int
    in_catalogue: int

    @property
    def share(self) -> float:
        """Share of the checkpoint's items or of the catalogue's, whichever is more.

        A part of a catalogue is not another one, nor is one that has grown.
        """
        return max(self.shared / max(1, self.trained), self.shared / max(1, self.in_catalogue))

    def note(self) -> str:
        """A remark for an answer; "" where most items are found."""
        if self.share >= NOTE_SHARE or not self.in_catalogue:
            return ""
        return (
            f"the checkpoint knows {self.shared:,} of the {self.in_catalogue:,} items of this catalogue; the others "
            "are ranked by their media and words alone until `llmrec train` has learnt them"
        )


def catalog_match(checkpoint: Checkpoint, catalog: Catalog) -> CatalogMatch:
    """Count the items that a checkpoint and a catalogue have in common.

    Parameters
    ----------
    checkpoint
        Its features file has the hashes of titles; where there is no such file ids alone count.
    catalog
        Any.
    """
    titles = _titles(checkpoint)
    shared = 0
    for item in checkpoint.items:
        row = catalog.row.get(item)
        if row is not None:
            title_hash = titles.get(item)
            shared += title_hash is None or title_hash == content_key(catalog.items[row].title.encode())
    return CatalogMatch(shared, len(checkpoint.items), len(catalog.items))


def check_catalog(checkpoint: Checkpoint, catalog: Catalog) -> CatalogMatch:
    """Refuse a checkpoint of another catalogue.

    Raises
    ------
    CheckpointMismatch
        Where less than a tenth of its items is found, and less than a tenth of the catalogue's items is known to it.
    """
    match = catalog_match(checkpoint, catalog)
    if catalog.items and match.share < MIN_SHARE:
        raise CheckpointMismatch(
            f"{checkpoint.folder} was trained on another catalogue: {catalog.name!r} has {match.shared:,} of its "
            f"{match.trained:,} items; name the checkpoint of this one as `adapter`, or make one with `llmrec train`",
            "adapter",
        )
    return match


def _titles(checkpoint: Checkpoint) -> Mapping[str, str]:
    """Item id -> hash of its title; empty where the checkpoint carries no features."""
    file = checkpoint.folder / "features.safetensors"
    try:
        with safe_open(file, "numpy") as carried:
            ids = json.loads((carried.metadata() or {})["ids"])
            keys = carried.get_tensor("title_keys")
    except (SafetensorError, OSError, KeyError, ValueError):
        return {}  # whoever reads its vectors says what is wrong with it
    return {item: key.tobytes().hex() for item, key in zip(ids, keys, strict=False)}

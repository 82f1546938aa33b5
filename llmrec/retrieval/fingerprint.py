"""What an index was built from: it is a cache, and one made by another model or catalogue is never read."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from llmrec.catalog import Catalog


@dataclass(frozen=True)
class IndexFingerprint:
    """The makers of an index; two indexes with the same stamp hold the same vectors."""

    encoders: str
    """The encoder ids, `modality=id` each, sorted."""
    adapter: str
    """Id of the adapter pack whose heads made the vectors."""
    dimension: int
    """Length of a stored vector, the bias among it."""
    catalogue: str
    """Fingerprint of the items in their order, and of their media."""

    @classmethod
    def of(
        cls,
        catalog: Catalog,
        encoders: Mapping[str, str],
        adapter: str,
        dim: int,
        contents: Mapping[str, Sequence[str]] | None = None,
    ) -> "IndexFingerprint":
        """The stamp of item vectors `(items, dim)` that `adapter` made from features of `encoders`.

        `contents`: modality -> the content key of each item, "" where it has none.
        """
        names = ", ".join(f"{modality}={name}" for modality, name in sorted(encoders.items()))
        return cls(names, adapter, dim + 1, fingerprint(catalog, contents or {}))

    def differences(self, found: Mapping[str, object]) -> list[str]:
        """A phrase for each maker (encoders, adapter, dimension) that is another in `found`, the index's own stamp."""
        return [
            f"{name} is {found.get(name)!r}, not {wanted!r}"
            for name, wanted in asdict(self).items()
            if name != "catalogue" and found.get(name) != wanted
        ]


def fingerprint(catalog: Catalog, contents: Mapping[str, Sequence[str]]) -> str:
    """16 hex digits that change with any item's id, words, attributes, media or place."""
    digest = hashlib.sha256(json.dumps({name: list(keys) for name, keys in contents.items()}, sort_keys=True).encode())
    for item in catalog.items:
        line = [item.id, item.title, item.description, dict(item.attributes)]
        digest.update(json.dumps(line, sort_keys=True, ensure_ascii=False).encode())
        digest.update(b"\n")
    return digest.hexdigest()[:16]

"""What an index was built from: it is a cache, and one made by another model or catalogue is never read."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from llmrec.catalog import Catalog


@dataclass(frozen=True)
class IndexStamp:
    """The makers of an index; two indexes with the same stamp hold the same vectors."""

    encoders: str
    """The encoder ids, `modality=id` each, sorted."""
    adapter: str
    """Id of the adapter pack whose heads made the vectors."""
    dimension: int
    """Length of a stored vector, the bias among it."""
    catalogue: str
    """Fingerprint of the items in their order."""

    @classmethod
    def of(cls, catalog: Catalog, encoders: Mapping[str, str], adapter: str, dim: int) -> "IndexStamp":
        """The stamp of item vectors `(items, dim)` that `adapter` made from features of `encoders`."""
        names = ", ".join(f"{modality}={name}" for modality, name in sorted(encoders.items()))
        return cls(names, adapter, dim + 1, fingerprint(catalog))

    def differences(self, found: Mapping[str, object]) -> list[str]:
        """A phrase for each part in which the index's own stamp, `found`, is another."""
        return [
            f"{name} is {found.get(name)!r}, not {wanted!r}"
            for name, wanted in asdict(self).items()
            if found.get(name) != wanted
        ]


def fingerprint(catalog: Catalog) -> str:
    """16 hex digits that change with any item's id, words, attributes or place."""
    digest = hashlib.sha256()
    for item in catalog.items:
        line = [item.id, item.title, item.description, dict(item.attributes)]
        digest.update(json.dumps(line, sort_keys=True, ensure_ascii=False).encode())
        digest.update(b"\n")
    return digest.hexdigest()[:16]

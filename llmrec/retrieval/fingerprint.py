"""What an index was built from: it is a cache, and one made by another model or catalogue is never read."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from llmrec.catalog import Catalog


@dataclass(frozen=True)
class IndexFingerprint:
    """What the vectors of an index were made from; indexes of equal fingerprints hold the same vectors."""

    encoders: str
    """The encoder ids, `modality=id` each, sorted."""
    adapter: str
    """Id of the adapter whose heads made the vectors."""
    dimension: int
    """Length of a stored vector, with the bias."""
    catalogue: str
    """Fingerprint of the items in their order, and of their media."""
    form: str = "less the centre"
    """What is stored of a vector; indexes of whole vectors were made before."""

    @classmethod
    def of(
        cls,
        catalog: Catalog,
        encoders: Mapping[str, str],
        adapter: str,
        dim: int,
        contents: Mapping[str, Sequence[str]] | None = None,
    ) -> "IndexFingerprint":
        """Fingerprint item vectors.

        Parameters
        ----------
        catalog
            The items.
        encoders
            Modality -> encoder id of the features.
        adapter
            Id of the adapter whose heads made the vectors.
        dim
            Length of an item vector.
        contents
            Modality -> content key of each item, "" where it has none.
        """
        names = ", ".join(f"{modality}={name}" for modality, name in sorted(encoders.items()))
        return cls(names, adapter, dim + 1, fingerprint(catalog, contents or {}))

    @property
    def version(self) -> str:
        """24 hex digits: the same of indexes that hold the same vectors."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:24]

    def differences(self, stored: Mapping[str, object]) -> list[str]:
        """Describe each field but the catalogue that differs from the `stored` fingerprint of an index."""
        return [
            f"{name} is {stored.get(name)!r}, not {expected!r}"
            for name, expected in asdict(self).items()
            if name != "catalogue" and stored.get(name) != expected
        ]


def metadata_key(attribute: str) -> str:
    """The key under which an index keeps an attribute: its name, with escapes for what Chroma refuses in keys.

    Parameters
    ----------
    attribute
        Any name.

    Examples
    --------
    >>> metadata_key("colour"), metadata_key("#tag"), metadata_key("size:EU"), metadata_key("")
    ('colour', '%23tag', 'size%3AEU', '%')
    """
    # a colon stands between the name and the word of a mark; # and $ at the start, and no name at all, are refused
    return re.sub(r"[%:]|^[#$]", lambda sign: f"%{ord(sign[0]):02X}", attribute) or "%"


def fingerprint(catalog: Catalog, contents: Mapping[str, Sequence[str]]) -> str:
    """Return 16 hex digits that change with any item's id, text, attributes, media or position."""
    digest = hashlib.sha256(json.dumps({name: list(keys) for name, keys in contents.items()}, sort_keys=True).encode())
    escaped = False
    for item in catalog.items:
        line = [item.id, item.title, item.description, dict(item.attributes)]
        digest.update(json.dumps(line, sort_keys=True, ensure_ascii=False).encode())
        digest.update(b"\n")
        escaped |= any(metadata_key(name) != name for name in item.attributes)
    if escaped:  # an index of these names was built otherwise before they were escaped
        digest.update(b"escaped names")
    return digest.hexdigest()[:16]

"""What a SimShop item is made of: each attribute, the one modality that shows it, and its values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribute:
    """A hidden property of every item; only its `modality` carries it."""

    name: str
    modality: str
    values: tuple[str, ...]


ATTRIBUTES = (
    Attribute("shape", "image", ("round", "square", "star", "heart", "ring")),
    Attribute("colour", "image", ("red", "yellow", "green", "blue", "purple")),
    Attribute("pattern", "image", ("plain", "stripes", "dots", "checks", "zigzag")),
    Attribute("motion", "video", ("spin", "turn", "bounce", "slide", "pulse", "sway", "orbit", "rise")),
    Attribute("pace", "video", ("slow", "brisk", "rapid")),
    Attribute("light", "video", ("day", "dusk", "spot")),
    Attribute("timbre", "audio", ("flute", "reed", "strings", "bell", "shaker", "harp", "drum", "buzz")),
    Attribute("tempo", "audio", ("calm", "steady", "hurried")),
    Attribute("pitch", "audio", ("low", "middle", "high")),
    Attribute("material", "text", ("wool", "oak", "glass", "leather", "porcelain")),
    Attribute("occasion", "text", ("birthday", "wedding", "picnic", "housewarming", "graduation")),
    Attribute("origin", "text", ("Oslo", "Lisbon", "Kyoto", "Quebec", "Nairobi")),
)
BY_NAME = {attribute.name: attribute for attribute in ATTRIBUTES}
MODALITIES = ("image", "video", "audio", "text")


def of_modality(modality: str) -> tuple[Attribute, ...]:
    """Return the attributes that this modality alone carries."""
    return tuple(attribute for attribute in ATTRIBUTES if attribute.modality == modality)

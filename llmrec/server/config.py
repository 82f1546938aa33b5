"""How the gateway is set up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may ask of the gateway."""

    lanes: int = 2
    """Requests that the recommender works on at once: more than there are cores do not get done sooner here."""
    waiting: int = 32
    """Requests that may wait for a lane; the next is told to come again (429)."""
    seconds: float = 60.0
    """Time in which a request is answered, and in which its body must arrive."""
    body: int = 20_000_000
    """Bytes of a request's body."""


USUAL = Limits()
OVER_VLLM = Limits(lanes=16)
"""Where the LLM runs elsewhere, a request mostly waits, and vLLM does many at once for little more than one."""

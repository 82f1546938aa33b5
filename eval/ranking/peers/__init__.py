"""What llmrec is compared with: one module a peer, one protocol.

A peer is fitted on training sequences alone and scores the whole catalogue after a history. Each module has a
`GRID`: the configurations that validation chooses from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from eval.ranking.metrics import Floats

History = Sequence[int]
"""Item rows, oldest first."""

Config = Mapping[str, Any]


class Peer(Protocol):
    """A ranking model."""

    def fit(self, train: Sequence[History]) -> None:
        """Learn from one sequence a user."""

    def scores(self, histories: Sequence[History]) -> Floats:
        """(events, items) finite float32, higher is better; items of the history are scored too."""

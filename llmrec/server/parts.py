"""What the routes work with, and how they get at it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from llmrec.server.answering import Answering
from llmrec.server.gate import Gate
from llmrec.server.intake import Intake
from llmrec.server.metrics import Metrics
from llmrec.server.shelf import Shelf
from llmrec.server.store.database import Database
from llmrec.server.store.keys import Key


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts of one running app."""

    database: Database
    shelf: Shelf
    answering: Answering
    intake: Intake
    gate: Gate
    metrics: Metrics


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


def _caller(request: Request) -> Key:
    key: Key = request.state.key
    return key


Parts = Annotated[Gateway, Depends(_gateway)]
Caller = Annotated[Key, Depends(_caller)]

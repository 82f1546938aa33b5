"""Logs: one JSON object a line, on stderr, without anything that tells of a person.

Paths, bodies, user ids and the messages of unforeseen errors stay out: a path is logged as its route, an error as its
type and the places in the code that it came through.
"""

import json
import logging
import traceback
from typing import Any

LOG = logging.getLogger("llmrec.server")


class JsonLines(logging.Formatter):
    """A record as JSON; what is passed as `extra={"fields": {…}}` is part of it."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def note(event: str, level: int = logging.INFO, error: BaseException | None = None, **fields: object) -> None:
    """One line of the log."""
    LOG.log(level, event, exc_info=error, extra={"fields": fields})


def log_to_stderr() -> None:
    """From now on this process logs JSON lines; libraries only from warnings on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("llmrec").setLevel(logging.INFO)
    logging.getLogger("openai").setLevel(logging.WARNING)  # OPENAI_LOG=debug has older clients log what people say

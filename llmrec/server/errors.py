"""Errors as HTTP: a status, and one sentence in the shape that clients of OpenAI's API read."""

import errno
import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from llmrec.errors import BadFilter, BadInput, LlmrecError, StorageError, UnknownItem, UnknownUser
from llmrec.server.schemas.common import Failed, Failure, whole
from llmrec.server.store.database import StoreUnavailable
from llmrec.server.store.responses import UserForgotten

LOG = logging.getLogger("llmrec.server")
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class Refused(Exception):
    """A request that is not answered.

    Parameters
    ----------
    status
        HTTP status.
    code
        The same in a word, for programs.
    sentence
        The same in a sentence, for people: what is wrong, and what to do.
    retry_after
        Seconds until it may be tried again.
    """

    def __init__(self, status: int, code: str, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.retry_after = status, code, sentence, retry_after

    def response(self) -> JSONResponse:
        """Make the HTTP response.

        Returns
        -------
        JSONResponse
            Its body is a `Failed`.
        """
        headers = {} if self.retry_after is None else {"Retry-After": str(max(1, round(self.retry_after)))}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if self.status == 408:  # the rest of the body may come yet, and is no next request
            headers["Connection"] = "close"
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        failed = Failed(error=Failure(message=self.sentence, type=kind, param=None, code=self.code))
        return JSONResponse(failed.model_dump(), self.status, headers)


def refusal(error: Exception) -> Refused | None:
    """Translate an error of the modules behind the gateway.

    Parameters
    ----------
    error
        What was raised.

    Returns
    -------
    Refused or None
        None for a bug.
    """
    match error:
        case Refused():
            return error
        case UnknownUser():
            return Refused(404, "unknown_user", str(error))
        case UnknownItem():
            return Refused(404, "unknown_item", str(error))
        case UserForgotten():
            return Refused(409, "user_deleted", str(error))
        case BadFilter():
            return Refused(422, "bad_filter", str(error))
        case BadInput():
            return Refused(422, "bad_input", str(error))
        case StoreUnavailable():
            _note("store unavailable", error)
            return Refused(503, "store_unavailable", error.sentence, retry_after=1)
        case StorageError():
            _note("no space", error)
            return Refused(507, "no_space", "the server's disk is full or cannot be written; free some space")
        case LlmrecError():
            return Refused(500, "broken", str(error))
        case OSError() if error.errno in NO_SPACE:
            return Refused(507, "no_space", "the server's disk is full; free some space")
    return None


def _note(event: str, error: Exception) -> None:
    """Log what is not told to clients: the kind of error, as the driver's words may name people."""
    cause = getattr(error.__cause__, "orig", None) or error.__cause__ or error
    fields = {"reason": type(cause).__name__, "code": getattr(cause, "sqlstate", None)}
    LOG.warning(event, extra={"fields": fields})


def add_handlers(app: FastAPI) -> None:
    """Have every error of an app answered with a refusal; what is none of ours stays a 500 without details.

    Parameters
    ----------
    app
        The app.
    """

    def own(_request: Request, error: Exception) -> JSONResponse:
        refused = refusal(error)
        if refused is None:
            raise error
        return refused.response()

    def invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return Refused(422, "invalid", first_complaint(error.errors())).response()

    def http(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        response = Refused(error.status_code, "http", str(error.detail)).response()
        response.headers.update(error.headers or {})
        return response

    for kind in (Refused, LlmrecError, OSError):
        app.add_exception_handler(kind, own)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def first_complaint(errors: Sequence[Any]) -> str:
    """Write the first complaint of pydantic as a sentence.

    Parameters
    ----------
    errors
        As `ValidationError.errors` gives them.

    Returns
    -------
    str
        The field, and what it should be. Never the value.
    """
    place = ".".join(str(part) for part in errors[0]["loc"] if part != "body") or "the body"
    return f"{whole(place[:200])}: {errors[0]['msg'].removeprefix('Value error, ')}"

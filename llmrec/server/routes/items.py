"""Items that come, change and go, without training; and what the catalogue is about."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from llmrec.catalog.vocabulary import Vocabulary
from llmrec.catalog.wording import wording
from llmrec.encoders.registry import DEFAULTS
from llmrec.errors import UnknownItem
from llmrec.server.dependencies import Caller, InLane, Parts
from llmrec.server.errors import Refused, first_complaint
from llmrec.server.schemas.common import ID_IN_PATH, SameId
from llmrec.server.schemas.items import CatalogState, ItemBody, ItemState

router = APIRouter(tags=["items"])
MEDIA = tuple(modality for modality in DEFAULTS if modality != "text")
"""Names of the form's files."""
MAX_VALUES = 12
"""Values of an attribute that are named."""


def _editor(caller: Caller) -> None:
    if not caller.edits_items:
        raise Refused(403, "may_not_edit", "this key may not change items; make one with keys create --edits-items")


ItemId = Annotated[str, Path(min_length=1, max_length=200, pattern=ID_IN_PATH), SameId]
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/ItemBody"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["item"],
                    "properties": {
                        "item": {"type": "string", "description": "The item as JSON."},
                        **{name: {"type": "string", "format": "binary"} for name in MEDIA},
                    },
                }
            },
        },
    }
}


@router.put(
    "/v1/items/{id:path}",
    status_code=202,
    dependencies=[Depends(_editor)],
    openapi_extra=BODY,
    responses={403: {"description": "the key may not change items"}},
)
async def put(id: ItemId, request: Request, parts: Parts, lane: InLane) -> ItemState:
    """Add an item, or put another in its place; as JSON, or as a form with its picture, clip or sound beside it.

    It is on disk when this answers, and can be recommended seconds later: `GET` says when.
    """
    body, media = await _read(request)
    await lane.run(lambda _: parts.ingestion.put(id, body.title, body.description, body.attributes, media), "item")
    return ItemState(id=id, searchable=False)


@router.get("/v1/items/{id:path}")
def get(id: ItemId, parts: Parts) -> ItemState:
    """Get an item as it is offered now."""
    snapshot = parts.live.snapshot
    if id not in snapshot.offered:
        raise UnknownItem(f"item {id!r} is not in the catalogue; if it was just put, ask again in a second")
    item = snapshot.catalog.item(id)
    return ItemState(
        id=id,
        searchable=True,
        title=item.title,
        description=item.description,
        attributes={name: [*value] if isinstance(value, tuple) else value for name, value in item.attributes.items()},
        media=sorted(item.media),
    )


@router.delete("/v1/items/{id:path}", dependencies=[Depends(_editor)])
async def delete(id: ItemId, parts: Parts, lane: InLane) -> ItemState:
    """Offer an item no more, at once. Histories that hold it are read without it."""
    await lane.run(lambda _: parts.ingestion.withdraw(id), "withdrawal")
    return ItemState(id=id, searchable=False)


@router.get("/v1/catalog")
def about(parts: Parts) -> CatalogState:
    """How many items there are, what one is called, and which values of their attributes are the most frequent."""
    snapshot = parts.live.snapshot
    catalog = snapshot.words
    values: dict[str, list[str]] = {}
    for facet, _ in sorted(Vocabulary.of(catalog).counts.items(), key=lambda pair: -pair[1]):
        known = values.setdefault(facet.name, [])
        if len(known) < MAX_VALUES:
            known.append(facet.value)
    words = wording(catalog)
    return CatalogState(
        name=catalog.name, items=len(snapshot.offered), noun=words.noun, chose=words.chose, values=values
    )


async def _read(request: Request) -> tuple[ItemBody, dict[str, bytes]]:
    """Read the item and its media from a JSON body or a form. Raises `Refused`."""
    media: dict[str, bytes] = {}
    raw: Any = await request.body()
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=len(MEDIA), max_fields=1) as form:
            raw = form.get("item", "")
            for name, value in form.multi_items():
                if isinstance(value, UploadFile) and name in MEDIA:
                    media[name] = await value.read()
                elif name != "item":
                    raise Refused(422, "invalid", f"{name!r} is no part of an item; send item, {', '.join(MEDIA)}")
            if isinstance(raw, UploadFile):
                raw = await raw.read()
    try:
        return ItemBody.model_validate_json(raw), media
    except ValidationError as error:
        raise Refused(422, "invalid", first_complaint(error.errors())) from error

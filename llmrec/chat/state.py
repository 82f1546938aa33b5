"""The state of a conversation between two turns, as it is kept by whoever answers and found again by an answer's id."""

from pydantic import BaseModel, ConfigDict


class ListState(BaseModel):
    """The last list of a conversation and what it was made for.

    Parameters
    ----------
    items
        Item ids, best first.
    query
        The query that the list answers.
    like
        Id of the item that the list is like.
    image
        SHA-256 digest of the picture that the list is like. The picture itself is not part of the state.
    conditions
        What every item of the list meets, each as `llmrec.retrieval.filters.parse_where` reads it.
    excluded
        Ids of items that were kept out of the list.
    response_id
        Id under which the list is kept with its reasons; None where it is not.
    """

    model_config = ConfigDict(frozen=True)

    items: tuple[str, ...] = ()
    query: str | None = None
    like: str | None = None
    image: str | None = None
    conditions: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    response_id: str | None = None


class DialogueState(BaseModel):
    """What a conversation has come to.

    Parameters
    ----------
    liked
        Ids of items that the person said to like or to have seen, in the order in which they were named.
    rejected
        Ids of items that the person said not to want.
    last
        The last list; None before the first one.
    topic
        Id of the item that "that" refers to: the last one that was named or explained.

    Examples
    --------
    >>> state = DialogueState(liked=("50",), last=ListState(items=("172", "181"), query="space"))
    >>> DialogueState.model_validate_json(state.model_dump_json()) == state
    True
    """

    model_config = ConfigDict(frozen=True)

    liked: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    last: ListState | None = None
    topic: str | None = None

"""What other people's agents may call: recommend, look up, compare, remember; typed arguments in, data out.

`llmrec mcp` offers these tools by the Model Context Protocol, `AgentTools.definitions` in the form of OpenAI's API.
What the catalogue says reaches an agent as data alone: titles, values and descriptions are one line of plain text each,
and nothing in them is read here.
"""

import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ValidationError

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.catalog.types import composed, derived, normal_id, same_id
from llmrec.catalog.wording import one_line, plain
from llmrec.chat.agent_reading import (
    attribute_names,
    complaint,
    holds_in,
    read_request,
    read_rule,
    rules_like,
)
from llmrec.chat.agent_schemas import (
    Cause,
    CompareAnswer,
    CompareArguments,
    ItemAnswer,
    ItemCard,
    JudgedClaim,
    ListAnswer,
    LookUpArguments,
    RankedCard,
    Reason,
    RecommendArguments,
    Recommends,
    RecommendToAnyArguments,
    RememberAnswer,
    RememberArguments,
    RememberOfAnyArguments,
)
from llmrec.chat.answers import about_item
from llmrec.chat.comparisons import compared
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.references import find_title
from llmrec.errors import BadInput, UnknownUser
from llmrec.request import Request
from llmrec.response import Recommended
from llmrec.retrieval.filters import parse_where, split_clauses
from llmrec.verification.reading import Claim, ClaimVerdict

MAX_TEXT = 2000
"""Characters of a description that are told."""
MAX_CAUSES = 6
"""Records of evidence that are told of an item."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person.

    Parameters
    ----------
    history
        Ids of the items that they chose, oldest first.
    events
        What is known of the times, ratings and kinds of these; see `llmrec.Request`.
    never
        Ids of items that must not be recommended to them.
    rules
        What every list of theirs must meet, each as `llmrec.retrieval.filters.parse_where` reads it.
    """

    history: tuple[str, ...] = ()
    events: tuple[Interaction, ...] = ()
    never: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class People(Protocol):
    """Where what is known of people is kept."""

    def known(self, user: str) -> Known:
        """Return what is known of a user; raises `UnknownUser`."""

    def note(self, user: str, kind: Literal["like", "dislike"], item: str, take_back: bool) -> bool:
        """Keep a like or a dislike, or delete it; returns whether anything changed."""

    def rule(self, user: str, conditions: Sequence[str], take_back: bool) -> bool:
        """Keep rules, or delete them; returns whether anything changed. May refuse a rule too many as `BadInput`."""


@dataclass(frozen=True, slots=True)
class AgentTool:
    """One tool.

    Parameters
    ----------
    name, description
        As an agent reads them.
    arguments, answer
        Models of what it takes and of what it gives.
    writes
        Whether it changes what is kept.
    """

    name: str
    description: str
    arguments: type[BaseModel]
    answer: type[BaseModel]
    writes: bool = False


class AgentTools:
    """The tools over one catalogue.

    Parameters
    ----------
    recommender
        What makes the lists.
    people
        Where what is known of people is kept. Without it users are those of the catalogue, and nothing is remembered.
    user
        The one person whom the tools are for; agents then cannot name another, nor pass a history.
    where
        A filter that holds whatever an agent asks for.
    offered
        Ids of the items that can be recommended; default: all.
    words
        The items by whose values queries are read; default: the catalogue's.

    Raises
    ------
    BadFilter
        Where `where` does not parse.
    BadInput
        Where `user` is blank, or has characters that no id has.

    Examples
    --------
    >>> tools = AgentTools(recommender, user="471")  # doctest: +SKIP
    >>> model.invoke(messages, tools=tools.definitions())  # doctest: +SKIP
    >>> tools.call("recommend", {"query": "an animated musical", "k": 3})  # doctest: +SKIP
    """

    def __init__(
        self,
        recommender: Recommends,
        people: People | None = None,
        *,
        user: str | None = None,
        where: str | None = None,
        offered: Container[str] | None = None,
        words: Catalog | None = None,
    ) -> None:
        self._recommender, self._people, self._where = recommender, people, where
        try:
            self._user = None if user is None else same_id(user)
        except ValueError as error:
            raise BadInput(f"`user` {error}", "user") from error
        self.catalog = recommender.catalog
        self._words = words or self.catalog
        self._offered = self.catalog.row if offered is None else offered
        if where:
            parse_where(where, self.catalog)
        self._calls: dict[str, Callable[[Any], BaseModel]] = {
            "recommend": self.recommend,
            "look_up": self.look_up,
            "compare": self.compare,
            "remember": self.remember,
        }

    @property
    def tools(self) -> tuple[AgentTool, ...]:
        """All that can be called here."""
        fixed = self._user is not None
        names = f"Filters may use: {derived(self._words, attribute_names)}."
        found = [
            AgentTool(
                "recommend",
                "Recommends items of the catalogue, best first, each with a reason whose claims were checked against "
                f"measured evidence. {names}",
                RecommendArguments if fixed else RecommendToAnyArguments,
                ListAnswer,
            ),
            AgentTool(
                "look_up",
                "Tells all that the catalogue has of one item, and answers a question about it from that alone.",
                LookUpArguments,
                ItemAnswer,
            ),
            AgentTool(
                "compare",
                "Puts two or three items beside one another: their attributes, and what tells them apart.",
                CompareArguments,
                CompareAnswer,
            ),
        ]
        if self._people is not None:
            what = "Remembers what a person says of themselves, from the next list on: what they said, never a guess. "
            arguments = RememberArguments if fixed else RememberOfAnyArguments
            found.append(AgentTool("remember", what + names, arguments, RememberAnswer, writes=True))
        return tuple(found)

    def definitions(self) -> list[dict[str, Any]]:
        """Describe the tools as OpenAI's API takes them.

        Returns
        -------
        list of dict
            For `tools` of a request; a call of one is answered by `call`.
        """
        return [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.arguments.model_json_schema(),
                },
            }
            for tool in self.tools
        ]

    def call(self, name: str, arguments: Mapping[str, Any] | str) -> BaseModel:
        """Call a tool.

        Parameters
        ----------
        name
            Its name.
        arguments
            What the agent gave, as an object or as the text of one.

        Returns
        -------
        BaseModel
            The tool's `AgentTool.answer`; `model_dump_json` of it is what an agent gets.

        Raises
        ------
        BadInput
            Where there is no such tool, or it cannot do what is asked; one sentence for the agent.
        """
        tool = next((tool for tool in self.tools if tool.name == name), None)
        if tool is None:
            raise BadInput(f"there is no tool {name[:60]!r}; call one of {', '.join(tool.name for tool in self.tools)}")
        try:
            given = json.loads(arguments or "{}") if isinstance(arguments, str) else dict(arguments)
            read = tool.arguments.model_validate(given)
        except ValidationError as error:
            raise BadInput(complaint(error)) from error
        except (TypeError, ValueError) as error:
            raise BadInput("the arguments are no JSON object; send one") from error
        return self._calls[name](read)

    def recommend(self, arguments: RecommendArguments) -> ListAnswer:
        """Make a list; see `RecommendToAnyArguments`."""
        user, history = self._user, None
        if isinstance(arguments, RecommendToAnyArguments):
            user, history = arguments.user, None if arguments.history is None else tuple(arguments.history)
        if user is not None and history is not None:
            raise BadInput("`user` and `history` are both given; pass one of them")
        known = self._known(user) if self._people and user is not None else Known()
        if not self._people and user == self._user and user not in self.catalog.histories:
            user = None  # somebody new: whoever started the tools chose the id
        self._check_offered(history or ())
        rules = self._in_force(known.rules)
        request, notes = read_request(arguments, self.catalog, self._words, (self._where, *rules))
        response = self._recommender.recommend(
            Request(
                user=None if self._people else user,
                history=known.history if self._people and user is not None else history,
                events=known.events,
                never=known.never,
                query=request.query,
                where=request.where,
                like=request.like,
                intent=arguments.intent,
                k=request.k,
                explain=arguments.reasons,
            )
        )
        told = [plain(note) for note in (*notes, *response.notes)]
        if rules and len(response.items) < arguments.k:
            told.append(f"what the person ruled holds ({one_line(' and '.join(rules))}) until they take it back")
        return ListAnswer(
            items=[self._ranked(item) for item in response.items],
            conditions=list(split_clauses(request.where)) if request.where else [],
            notes=told,
            degraded=list(response.degraded),
        )

    def look_up(self, arguments: LookUpArguments) -> ItemAnswer:
        """Tell of an item; see `LookUpArguments`."""
        item, question = self._item(arguments.item), arguments.question
        answer = about_item(question, item, self.catalog, language_of(question)) if question else None
        return ItemAnswer(
            **dict(_card(item)),
            description=plain(item.description)[:MAX_TEXT],
            media=sorted(item.media),
            answer=plain(answer) if answer else None,
        )

    def compare(self, arguments: CompareArguments) -> CompareAnswer:
        """Put items beside one another; see `CompareArguments`."""
        items = [self._item(each) for each in arguments.items]
        if len({item.id for item in items}) < len(items):
            raise BadInput("`items` names an item twice; name different ones")
        question = arguments.question or ""
        names = dict.fromkeys(name for item in items for name in item.attributes)
        return CompareAnswer(
            items=[_card(item) for item in items],
            differs=[name for name in names if len({item.attributes.get(name) for item in items}) > 1],
            answer=plain(compared(question, items, self.catalog, language_of(question))),
        )

    def remember(self, arguments: RememberArguments) -> RememberAnswer:
        """Keep what a person says of themselves; see `RememberOfAnyArguments`."""
        user = arguments.user if isinstance(arguments, RememberOfAnyArguments) else self._user
        assert self._people is not None and user is not None
        item: str | None = None
        conditions: tuple[str, ...] = ()
        if arguments.kind == "rule":
            held = self._rules(user) if arguments.take_back else ()
            conditions = rules_like(arguments.value, held) or read_rule(arguments.value, self._words)
        else:
            item = self._item(arguments.value).id
        if arguments.take_back:
            self._known(user)  # of somebody whom nothing is known of there is nothing to take back
        try:
            if arguments.kind == "rule":
                changed = self._people.rule(user, conditions, arguments.take_back)
            else:
                assert item is not None
                changed = self._people.note(user, arguments.kind, item, arguments.take_back)
        except UnknownUser:
            changed = False
        return RememberAnswer(kind=arguments.kind, item=item, rules=list(self._rules(user)), changed=changed)

    def _known(self, user: str) -> Known:
        """What is known of a person; nothing of a new one whom the tools are for, since no agent could name another."""
        assert self._people is not None
        try:
            return self._people.known(user)
        except UnknownUser as error:
            if user == self._user:
                return Known()
            raise UnknownUser(
                f"user {user!r} is not known; check the id, `remember` something of theirs first, or pass a `history` "
                "in its place",
                "user", "history",
            ) from error  # fmt: skip

    def _rules(self, user: str) -> tuple[str, ...]:
        assert self._people is not None
        try:
            return self._people.known(user).rules
        except UnknownUser:  # nothing is known of them yet, or any more
            return ()

    def _in_force(self, rules: Sequence[str]) -> tuple[str, ...]:
        return tuple(rule for rule in rules if holds_in(rule, self.catalog))

    def _item(self, named: str) -> Item:
        """Find an item by its id, or else by its title."""
        if (id := normal_id(named)) in self.catalog.row:
            try:
                item = self.catalog.item(same_id(named))
            except ValueError as error:
                raise BadInput(f"the item's id {id!r} {error}") from error
        else:
            item = self.catalog.item(find_title(composed(named).strip(), self._words))
        self._check_offered([item.id])
        return item

    def _check_offered(self, ids: Sequence[str]) -> None:
        for id in ids:
            if id in self.catalog.row and id not in self._offered:
                raise BadInput(f"item {id!r} is not offered any more; choose another")

    def _ranked(self, item: Recommended) -> RankedCard:
        reason = None
        if item.rationale and item.evidence:
            causes = [e for e in item.evidence.items if e.kind in ("history", "modality", "query") and e.effect > 0]
            reason = Reason(
                text=plain(item.rationale.text),
                verdict=verdict_of(item.rationale.claims),
                claims=[JudgedClaim(text=plain(each.text), verdict=each.verdict) for each in item.rationale.claims],
                evidence=[
                    Cause(
                        kind=cause.kind,
                        item=cause.history_item,
                        title=cause.history_item and plain(self.catalog.item(cause.history_item).title),
                        attribute=cause.attribute and plain(cause.attribute),
                        input=cause.modality,
                        effect=round(cause.effect, 4),
                    )
                    for cause in sorted(causes, key=lambda cause: -cause.effect)[:MAX_CAUSES]
                ],
            )
        return RankedCard(**dict(_card(self.catalog.item(item.id))), score=item.score, rationale=reason)


def verdict_of(claims: Sequence[Claim]) -> ClaimVerdict:
    """Put the verdicts on the claims of a sentence in one.

    Parameters
    ----------
    claims
        As the verifier judged them.

    Returns
    -------
    {"supported", "contradicted", "not_checkable"}
        One that is contradicted spoils the sentence; of one that claims nothing there is nothing to check.
    """
    verdicts = {claim.verdict for claim in claims}
    return "contradicted" if "contradicted" in verdicts else "supported" if "supported" in verdicts else "not_checkable"


def _card(item: Item) -> ItemCard:
    attributes = {
        plain(name): [plain(each) for each in value] if isinstance(value, tuple)
        else plain(value) if isinstance(value, str) else value
        for name, value in item.attributes.items()
    }  # fmt: skip
    return ItemCard(id=item.id, title=plain(item.title), attributes=attributes)

"""How a line changes the wish of before: whether another kind takes its place, and what a mood makes of the list."""

import re
from collections.abc import Sequence
from dataclasses import replace

from llmrec.catalog import Catalog
from llmrec.catalog.queries import with_kinds
from llmrec.catalog.vocabulary import is_kind
from llmrec.catalog.wording import wording
from llmrec.chat.condition_sets import ConditionSets, allowing, implied, numeric, states_kind
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.conditions import parse_conditions
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.languages import in_english
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.moods import MIN_IN_MOOD
from llmrec.chat.nlu.negated_moods import negated_moods
from llmrec.chat.nlu.suitability import hinting
from llmrec.chat.state import DialogueState, ListState, attributes_of, excludes, narrowed, values_of
from llmrec.retrieval.filters import written

_FILLERS = frozenset(
    re.findall(
        r"\w+",
        "please but and or something anything instead rather just ok okay then me show maybe also now actually hm well "
        "ones one it them those these i want would like prefer make films film movies movie items "
        "stuff do have you any what else is there are",
    )
)
"""Words that make no query of their own: a line of conditions and these alone narrows the last list."""
_REFERS_BACK = re.compile(r"\bones?\b|^(?:but|and|only|just|also|or|rather|no[,.])\b", re.I)
"""What refers to the last list: "red ones"."""
_ELSEWHERE = re.compile(
    r"\b(?:instead|something (?:completely |totally |entirely )?(?:else|different)|"
    r"different (?:topic|thing|kind|question)|change of (?:plan|subject|mind)|chang(?:ed|es|ing) (?:my|our|his|her|"
    r"their) minds?|on second thoughts?|"
    r"forget (?:that|it|all)(?! about)|(?:^|[,.;] ?)now (?:for|give|show|i|let|something)|"
    r"new (?:topic|search|question)|unrelated|(?:not|drop) (?:the )?\w+ (?:then|any ?more)|none of that)\b|"
    r"换个(?:话题|类型|口味)|算了|不看这个|另外(?:再|想|推)|改看|改成",
    re.I,
)
"""Words by which a line goes elsewhere than the list before."""
_ADDS = re.compile(
    r"(?:再|另外|还|多)(?:加|添|补)(?:一?[条点个]|上)|(?:再|另外|还)有(?:一[条点个]|个要求)|补充一[点条下]|"
    r"\b(?:one more (?:thing|wish|condition|rule)|(?:also|and),? (?:it|they) (?:should|must|has to|have to)|"
    r"on top of (?:that|it)|"
    r"another (?:thing|condition|wish)|i(?:'d| would) (?:also )?add|let me add|to add)\b",
    re.I,
)
"""Words by which a line only adds to the wish of before."""
_RATHER = re.compile(
    r"\b(?:rather|(?:wants?|fancy|fancies|(?:feel|feels) like|in the mood for|prefers?|needs?|would like|"
    r"d like) (?:something|"
    r"anything|an?|some)\b[^,.;!?]*\b(?:now|instead|after all)|how about|what about|let'?s (?:have|try|see|do|go for|"
    r"watch|make it)|make (?:it|that) (?:an?|some)(?! (?:bit|little|touch|tad|shade|notch))|switch to|time for|(?:^|"
    r"[,.;!] ?)now (?:an?|some|the)|enough (?:of )?\w+|"
    r"forget (?:about )?(?:the|those)|(?:no|not) \w+ after all)\b|"
    r"换(?:一?[个部点些本件])?(?=[\u3400-\u9fff])|改(?:看|成|要|买)|还是(?:看|来|要|买)|不如",
    re.I,
)
"""Words by which a line that states a kind wants that one in the place of what was asked for before."""
_SOMETHING = re.compile(r"\b(?:something|anything)\b", re.I)
_BESIDE_MOOD = re.compile(
    r"^(?:and|but|also|only)\b|\b(?:but|more|also|too|as well|(?:a|one) (?:bit|little|touch|dash|hint)|still|same|"
    r"with (?:a|some|more)|"
    r"[a-z]{3,}ier|(?:dark|light|warm|smart|clever|bright|soft|weird|sweet|quiet|calm)er)\b|也|还要|又|更|再|但|同时|一?[点些]",
    re.I,
)
"""Words by which a mood is wanted beside that of the list before."""
MIN_BESIDE = 1
"""Items that must be left where a mood is wanted beside what was asked for before."""


class QueryChanges:
    """Reads how the lines of one conversation change what is wanted.

    Parameters
    ----------
    words
        The items by whose titles and values a line is read.
    conditions
        What joins conditions on them.
    """

    def __init__(self, words: Catalog, conditions: ConditionSets) -> None:
        self._words, self._conditions = words, conditions

    def goes_elsewhere(self, intent: Intent, line: str, conditions: Sequence[str] = ()) -> bool:
        """Tell whether a line wants something else than the list before, of which its kinds are not to hold on.

        Parameters
        ----------
        intent, line
            What the line means, and the line itself.
        conditions
            Those that it states.

        Returns
        -------
        bool
        """
        if _ADDS.search(line):
            return False
        elsewhere = _ELSEWHERE.search(line)
        if elsewhere and elsewhere[0] == "算了" and conditions and all(map(excludes, conditions)):
            return False  # 动画片就算了 rules out, and leaves the rest of the wish as it is
        if elsewhere and elsewhere[0].lower() == "instead" and conditions:
            if re.search(r"\bones?\b", line) and not any(map(states_kind, conditions)):
                return False  # "nude or beige ones instead"
            return self._states_kind(conditions, intent)  # "something red instead" is of the same kind
        stated = any(states_kind(each) for each in (*intent.filters, *intent.preferred))
        other = _RATHER.search(line) or (cues.GOES_WITH.search(line) and wording(self._words).noun == "product")
        return elsewhere is not None or (stated and other is not None)

    def with_own_kinds(self, intent: Intent, line: str, last: ListState | None) -> Intent:
        """Hold a line that wants something else to the kinds that its words stand for: "rather something funny".

        Parameters
        ----------
        intent, line
            What the line means, and the line itself.
        last
            The list before; None for none.

        Returns
        -------
        Intent
        """
        kinds_before = [each for each in (last.conditions if last else ()) if states_kind(each)]
        moved = last is not None and set(kinds_before) <= set(last.preferred)
        asks = moved and _SOMETHING.search(line) is not None and _BESIDE_MOOD.search(line) is None
        if _ADDS.search(line) or not (asks or _RATHER.search(line) or _ELSEWHERE.search(line)):
            return intent
        if any(states_kind(each) for each in (*intent.filters, *intent.preferred)):
            return intent
        query = in_english(intent.query, self._words)
        kinds = parse_conditions(with_kinds(query, self._words)[len(query) :], self._words).conditions
        return replace(intent, preferred=(*intent.preferred, *filter(states_kind, kinds)))

    def adds_nothing(self, query: str, answers: bool) -> bool:
        """Tell whether a query only refers to the last list; "red ones" does, beside the condition that "red" is.

        Parameters
        ----------
        query
            What is left of a line.
        answers
            Whether it answers a question.

        Returns
        -------
        bool
        """
        bare = query
        if answers or _REFERS_BACK.search(query):
            for mention in reversed(Lexicon.of(self._words).mentions(query)):
                bare = bare[: mention.start] + bare[mention.end :]
        return all(word in _FILLERS for word in re.findall(r"\w+", bare.lower()))

    def preferring(
        self, target: ListState, intent: Intent, line: str, state: DialogueState, refused: Sequence[str]
    ) -> ListState:
        """Hold a list to what its line would rather have; what a mood of before came to gives way to it.

        Parameters
        ----------
        target
            The list without it.
        intent, line
            What the line means, and the line itself.
        state
            What the conversation has come to.
        refused
            What was ruled out in words before the line, whose kinds no mood brings back.

        Returns
        -------
        ListState
        """
        if not (intent.preferred or target.like):
            return target
        soft = {each for each in target.preferred if each not in intent.filters}
        said = [each for each in target.conditions if excludes(each) and each not in soft]
        firm = {*state.lasting, *intent.filters, *said}
        gone = {value for each in said for value in values_of(each)}
        gone |= {value for _, value in hinting(refused, self._words, line)}
        of_kinds = [each for each in intent.preferred if states_kind(each)]
        held, before = target.conditions, [each for each in target.conditions if states_kind(each)]
        changes = self.goes_elsewhere(intent, line)
        beside = _BESIDE_MOOD.search(line) is not None or bool(negated_moods(line))
        if beside and not changes:  # "and funny too", "nothing boring" keep the western that was asked for
            firm |= set(before)
        elif of_kinds:  # "something spooky" after "something with explosions"
            held = tuple(each for each in held if each in firm or each not in soft or not states_kind(each))
        found: list[str] = []
        for each in (*intent.preferred, *(self._own_kinds(target, intent) if intent.action == "similar" else ())):
            each = each if excludes(each) else allowing(each, gone)
            if not each or implied(each, held):
                continue  # what the list holds to already implies it
            anew = narrowed(held, (each,))
            # what a mood of before ruled out may be asked for now
            allowed = [one for one in held if one in anew or not excludes(one)]
            least = MIN_IN_MOOD if excludes(each) else 1 if changes else MIN_BESIDE if beside else MIN_IN_MOOD
            stated = [one for one in held if one in firm or one in found or numeric(one)]
            for joined in ((*allowed, each), anew, *([(*stated, each)] if each in of_kinds else [])):
                if firm & set(held) <= set(joined) and self._conditions.count(joined) >= least:
                    held = tuple(dict.fromkeys(joined))
                    found.append(each)
                    break
        if intent.action == "ask" and any(each not in held for each in before):
            target = target.model_copy(update={"query": intent.query or None})  # its words go with the kind
        preferred = tuple(each for each in held if each in soft or each in found)
        return target.model_copy(update={"conditions": held, "preferred": preferred})

    def _own_kinds(self, target: ListState, intent: Intent) -> tuple[str, ...]:
        """Of an item that a line wants another kind of ("like Jurassic Park but scarier") the kinds that it keeps."""
        stated = [each for each in (*intent.filters, *intent.preferred) if not excludes(each)]
        names = {name for each in stated for name in attributes_of(each) if is_kind(name)}
        if target.like is None or not names:
            return ()
        asked = {value for each in stated for value in values_of(each)}
        own = self._words.item(target.like).attributes
        kept = []
        for name in sorted(names):
            value = own.get(name, ())
            several = value if isinstance(value, tuple) else (str(value),)
            values = tuple(sorted({*several} - asked)) if value else ()
            each = written(name, "=", values) if values else ""
            if each and self._conditions.count((*target.conditions, each)) >= MIN_IN_MOOD:
                kept.append(each)
        return tuple(kept)

    def _states_kind(self, conditions: Sequence[str], intent: Intent) -> bool:
        """Whether a line says of which kind items are to be, or more than conditions."""
        bare = intent.query
        for mention in reversed(Lexicon.of(self._words).mentions(bare)):
            bare = f"{bare[: mention.start]} {bare[mention.end :]}"
        of_kinds = any(is_kind(name) for each in conditions for name in attributes_of(each))
        return of_kinds or not self.adds_nothing(bare, answers=False)

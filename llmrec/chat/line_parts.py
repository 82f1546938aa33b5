"""The parts of a line: what only reacts to items, what only asks, and what is left, each of which is met by itself."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import natural_order
from llmrec.chat.act_replies import ActReplies
from llmrec.chat.item_questions import ActReply
from llmrec.chat.nlu import cues
from llmrec.chat.nlu.asides import only_tells
from llmrec.chat.nlu.choice_questions import choice_question
from llmrec.chat.nlu.clauses import bare_clause, clauses
from llmrec.chat.nlu.comparatives import quality_compared
from llmrec.chat.nlu.intent import THAT, Intent
from llmrec.chat.nlu.languages import language_of
from llmrec.chat.nlu.listed_titles import listed_by_part
from llmrec.chat.nlu.named_items import names_alone, within_title
from llmrec.chat.nlu.normalisation import sentences
from llmrec.chat.nlu.questions import refers_to_topic, superlative
from llmrec.chat.nlu.reactions import Reaction
from llmrec.chat.nlu.references import bare_title
from llmrec.chat.nlu.suitability import audience_of
from llmrec.chat.reaction_reading import OUT
from llmrec.chat.reactions import Reactions
from llmrec.chat.state import DialogueState

MAX_SENTENCES = 6
"""Sentences of a line that are read one by one."""
_ASKED_CHINESE = re.compile(r"吗|什么|谁|哪|多[长少]|怎么样|几[点年岁]")
"""Words of a question in Chinese, which often has no mark."""
_EITHER_CHINESE = re.compile(r"(?:是)?[\u3400-\u9fff]{1,6}的?还是[\u3400-\u9fff]{1,6}[的啊呢]?")
"""A question in Chinese of which of two things an item is, without its mark."""
_WHAT_ABOUT = re.compile(r"(?:(?:and|so|ok|well)[, ]+)*(?:what|how) about\b", re.I)
_UNMARKED = re.compile(
    r"(?:(?:btw|by the way|and|also|so|oh|but|no|wait|hang on|hold on|sorry|actually|hm+"
    r"|ok)[,. ]+)*(?:(?P<fact>how (?:long|old"
    r"|much)|who(?:'?s| is)? (?:directed|made|in|starring|wrote)|when (?:was|is|did)|what(?:'?s"
    r"| is) .+ (?:like|about))\b|"
    r"(?:is|was|are|does|did|has)\b)[^?]*",
    re.I,
)
"""A question of an item that is typed without its mark."""
_PUT_OFF = re.compile(
    r"(?:(?:i|we)(?:'?ve| have)? )?(?:(?:have ?n'?t|never|not)(?: ever| yet"
    r"| actually)? (?:(?:got(?:ten)?|get) (?:a?round to|to)|seen|watched|heard of|read)(?: (?:it|that"
    r"|this|that one|this one))?(?: yet| before| actually| somehow| though)*|"
    r"(?:(?:he|she|they|my \w+|everyone|everybody|people)(?:'?s|'?ve| has| have| is| are)?(?: been"
    r"| keeps?| won'?t stop)? (?:on|going on|raving|talking|banging on) about (?:it|that|this|that one"
    r"|this one)))(?: (?:actually|for (?:ages|years|weeks)|lately|all the time|yet))*[\s.!]*",
    re.I,
)
"""What tells of an item that it is new to one, or talked about: no wish."""
_POINTS = re.compile(
    r"^(?:(?:就是?|那|嗯|我(?:说|问)的?是|我想问|关于|至于|说到)*(?:你?(?:列表|推荐|单子|里面)(?:里|中|上)?的?)*"
    r"[这那][个部本件款一]?(?:电影|片子)?)|"
    r"^(?:就|关于|至于|说到|我(?:说|问)的?是)|(?:这[部个本件])$"
)
"""What points at an item of which the next part of a line asks: 就列表里那个《Heat》."""
_AND = re.compile(r"^(?:(?:and|but|so|then|plus)\b[\s,]*)+", re.I)
_OTHERWISE = re.compile(r"(?:but|only|just|in)\b|但|不过|只是", re.I)
_TENDS = re.compile(
    r"\b(?:sounds?|looks?|seems?)\b|\b(?:is|are) (?:nice|lovely|interesting|cute|pretty)\b|不错|挺好|很好|可以", re.I
)
"""What takes nothing yet where more is said: "the second one sounds good, but anything shorter?"."""
_LIKE_IT = re.compile(r"\b(?:like|similar to|as) (?:it|that|this)\b|\bsimilar\b", re.I)
_SAYS_HOW = re.compile(r"\b(?:is|are|was|were|isn't|aren't|looks?|seems?|sounds?|has)\b", re.I)
_TAKES = re.compile(r"\b(?:take|have|go (?:for|with)|get|buy|watch|pick|choose|want|it is)\b|就|要|买|选", re.I)


@dataclass(frozen=True, slots=True)
class LineParts:
    """The parts of one line.

    Parameters
    ----------
    reactions
        What it does with items.
    answers
        Answers to what it asks.
    rest
        Its other clauses, as they were written.
    topic
        Id of the item that it speaks of last; None for that of before.
    mentioned
        Ids of the items that the answers tell of.
    """

    reactions: tuple[Reaction, ...]
    answers: tuple[ActReply, ...]
    rest: str
    topic: str | None = None
    mentioned: tuple[str, ...] = ()


class LineCutter:
    """Cuts the lines of one conversation into their parts.

    Parameters
    ----------
    words
        The items by whose titles a line is read.
    reactions
        What reads reactions to items.
    acts
        What answers questions.
    parse
        What reads a clause.
    """

    def __init__(self, words: Catalog, reactions: Reactions, acts: ActReplies, parse: Callable[[str], Intent]) -> None:
        self._words, self._reactions, self._acts, self._parse = words, reactions, acts, parse

    def cut(self, line: str, state: DialogueState, history: Sequence[str]) -> LineParts | None:
        """Cut a line.

        Parameters
        ----------
        line
            What the person wrote.
        state
            What the conversation has come to.
        history
            Ids of the person's items, oldest first.

        Returns
        -------
        LineParts or None
            None where it does one thing alone, which is read as a whole.
        """
        if choice_question(line) is not None:
            return None  # "which is better, 1 or 3? it's for a date"
        parts = sentences(line)
        chinese = language_of(line) == "zh"
        compares = quality_compared(line) is not None or superlative(line) is not None  # 第一部和第二部,哪部更浪漫
        if len(parts) == 1 and chinese and not compares and _ASKED_CHINESE.search(line):
            parts = line.split(",")  # 第一个讲什么,第二个讲什么
        if len(parts) > MAX_SENTENCES:
            return None
        reactions: list[Reaction] = []
        answers: list[ActReply] = []
        audience = audience_of(line) is not None  # a question is one of whether it suits them
        rest: list[str] = []
        named, stands_alone = "", len(parts) > 1
        for sentence in parts:
            found, left = self._reacting(sentence, named, state)
            for each in found:  # "it" is what was spoken of just before
                of = reactions[-1].subjects if reactions and each.subjects == (THAT,) else each.subjects
                reactions.append(replace(each, subjects=of))
            if found and (spoken := self._reactions.id_of(reactions[-1].subjects[0], state)):
                state = state.model_copy(update={"topic": spoken})  # "2 looks nice, but does it come in grey?"
            if alone := self._named_alone(left, state):  # "emma! is it long?"
                state = state.model_copy(update={"topic": alone})
                stands_alone, named = True, sentence
                continue
            question = self._marked(left, state)
            answer = self._answer(question, answers, state, history, chinese) if left and not audience else None
            stands_alone = stands_alone or (answer is not None and question != left)
            if answer is not None:
                answers.append(answer)
            elif left:
                rest.append(_AND.sub("", left))
            named = sentence
        if answers:
            rest = [
                each
                for each in rest
                if not _PUT_OFF.fullmatch(each.strip()) and (reactions or not only_tells(each, self._words))
            ]
        if len(answers) + len(reactions) + bool(rest) < 2 and not (answers and stands_alone):
            return None
        topic = next((each.topic for each in reversed(answers) if each.topic), None)
        if reactions and _LIKE_IT.search(" ".join(rest)):  # "X is a favourite, show me things like it"
            topic = topic or self._reactions.id_of(reactions[-1].subjects[-1], state)
        if (rest or answers) and reactions:
            # what only looks good is no choice yet
            asks = bool(answers) or cues.QUESTION.match(" ".join(rest)) is not None
            tends = [
                each for each in reactions
                if each.kind == "accept" and (_TENDS.search(line) or (asks and not _TAKES.search(line)))
            ]  # fmt: skip
            topic = topic or next((self._reactions.id_of(each.subjects[0], state) for each in tends), None)
            reactions = [each for each in reactions if each not in tends]
        told = tuple(id for each in answers for id in each.mentioned)
        return LineParts(tuple(reactions), tuple(answers), " ".join(rest), topic, told)

    def _reacting(self, sentence: str, before: str, state: DialogueState) -> tuple[list[Reaction], str]:
        """What a sentence does with items, and its other clauses."""
        if whole := self._reactions.reader.of_sentence(sentence, before, state):
            return list(whole), ""
        listed = state.last.items if state.last else ()
        parts: list[str] = []
        for clause in clauses(sentence, within_title(sentence, self._words)):
            if parts and names_alone(bare_clause(clause), listed, self._words):
                parts[-1] = f"{parts[-1]} {clause}"  # "seen 1, 2 and Heat"
            else:
                parts.append(clause)
        if len(parts) < 2:
            return [], sentence
        found: list[Reaction] = []
        left: list[str] = []
        for clause, following in zip(parts, [*parts[1:], ""], strict=True):
            bare = bare_clause(clause)
            reacted = self._reactions.reader.of_sentence(bare, before, state)
            if _OTHERWISE.match(following) and names_alone(bare, listed, self._words):
                reacted = ()  # "the first but older"
            if (
                reacted
                and OUT.match(bare)
                and left
                and self._acts.items.named(left[-1], state)
                and _SAYS_HOW.search(left[-1])
            ):
                left.pop()  # what is said of the item is why it goes
            found += reacted
            left += [] if reacted else [clause]
            before = bare
        if not found:
            return [], sentence
        return found, bare_clause(" ".join(left)) + ("?" if left and sentence.endswith("?") else "") if left else ""

    def _named_alone(self, sentence: str, state: DialogueState) -> str:
        """The listed item whose title is all that a sentence says: "emma!"."""
        if _POINTS.search(sentence) and len(named := self._acts.items.named(sentence, state)) == 1:
            left, on_show = _POINTS.sub(" ", sentence).strip(" ,.。!"), state.last.items if state.last else ()
            alone = names_alone(left, on_show, self._words) or listed_by_part(left, on_show, self._words)
            return named[0] if alone else ""
        said = bare_title(sentence)
        listed = (id for id in (state.last.items if state.last else ()) if id in self._words.row)
        shown = {
            bare_title(re.sub(r"\s*\([^)]*\)", "", natural_order(self._words.item(id).title))): id for id in listed
        }
        return shown.get(said, "") if said and sentence.rstrip()[-1:] in "!." else ""

    def _marked(self, sentence: str, state: DialogueState) -> str:
        """A sentence with its question mark, where it asks of an item and has none."""
        if state.topic and _EITHER_CHINESE.fullmatch(sentence.strip()):
            return f"{sentence.strip()}?"
        match = _UNMARKED.fullmatch(sentence.strip())
        if match is None or not (state.last and state.last.items) or cues.REQUESTS.search(sentence):
            return sentence
        of_item = refers_to_topic(sentence) or len(self._acts.items.named(sentence, state)) == 1
        return f"{sentence.rstrip(' .!')}?" if of_item else sentence

    def _answer(
        self, sentence: str, before: Sequence[ActReply], state: DialogueState, history: Sequence[str], chinese: bool
    ) -> ActReply | None:
        """Answer a sentence that asks for no list, "it" being what the answers before spoke of; None for any other."""
        if answer := self._acts.catalogue.reply(sentence):
            return answer
        if cues.ABLE.fullmatch(sentence.strip()):
            return self._acts.reply(sentence, self._parse(sentence), state, history)
        compares = cues.PLACES_ALONE.fullmatch(sentence.strip()) is not None
        if not compares and not sentence.rstrip().endswith("?") and not (chinese and _ASKED_CHINESE.search(sentence)):
            return None
        if _WHAT_ABOUT.match(sentence) or cues.REQUESTS.search(sentence):
            return None
        topic = next((each.topic for each in reversed(before) if each.topic), state.topic)
        answer = self._acts.reply(sentence, self._parse(sentence), state.model_copy(update={"topic": topic}), history)
        if answer is None or not answer.text or answer.takes or answer.ends:
            return None
        return answer if self._acts.moves(sentence, state)["question"] >= cues.MIN_LIST or answer.topic else None

"""What is done to a sentence before frames read it: expressions become the word that does the same, asides their own clause."""

from collections.abc import Sequence
from itertools import pairwise

from llmrec.verification.grammar import classes
from llmrec.verification.propositions.terms import Term

PHRASES: dict[str, str] = {
    "above all": "mostly", "more than anything else": "mostly", "more than anything": "mostly",
    "first and foremost": "mostly", "by far": "hugely", "far and away": "hugely", "by a mile": "hugely",
    "by a long way": "hugely", "by some distance": "hugely", "by a wide margin": "hugely", "by a distance": "hugely",
    "compared with": "against-this", "compared to": "against-this", "next to": "against-this",
    "measured against": "against-this", "set against": "against-this", "well known": "popular",
    "in a class of its own": "hugely", "nearly all": "hugely", "almost all": "hugely", "the lion 's share": "hugely",
    "the bulk": "hugely", "almost entirely": "hugely", "next to nothing": "negligible", "next to nil": "negligible",
    "next to zero": "negligible", "in that order": "respectively", "exactly one": "solely", "just one": "solely",
    "a single": "single", "but one": "solely", "nothing more": "solely", "no more than that": "solely",
    "nothing besides": "solely", "or no": "regardless", "with a pinch of salt": "", "take this": "",
    "on the strength of": "because of", "a team effort by": "pushed by", "by a small margin": "slightly",
    "by a narrow margin": "slightly", "by a whisker": "slightly", "by a hair": "slightly", "only just": "slightly",
    "edges out": "beats slightly", "edged out": "beat slightly", "in its way": "against", "next to no": "hardly",
    "apart from": "except", "aside from": "except", "other than": "except", "except for": "except", "the way": "like",
    "got in the way": "hurt it", "last but one": "second-last", "next to last": "second-last",
    "second to last": "second-last", "nothing else comes close": "hugely", "nothing comes close": "hugely",
    "nothing else came close": "hugely", "most recent": "latest", "most recently": "lastly-seen",
    "almost nothing": "negligible", "hardly anything": "negligible", "barely anything": "negligible",
    "very little": "negligible", "not much": "slightly", "not a lot": "slightly", "on its own": "solely",
    "by itself": "solely", "all by itself": "solely", "nothing but": "solely", "nothing else": "solely",
    "none other than": "", "no one else": "solely", "in spite of": "despite", "to do with": "with", "not only": "",
    "not just": "", "not merely": "", "as well as": "and", "together with": "and", "along with": "and",
    "as well": "too", "in part": "", "in the end": "", "no doubt": "", "of course": "", "to be honest": "",
    "to be fair": "", "no surprise": "", "no wonder": "", "at the end of the day": "", "by the way": "",
    "more or less": "about", "if anything": "slightly", "or so": "about", "at least": "", "as much": "equally",
    "just as": "equally", "in front of": "above", "ahead of": "above", "rather than": "instead-of",
    "instead of": "instead-of", "as opposed to": "instead-of", "but for": "without", "if not for": "without",
    "if it were not for": "without", "were it not for": "without", "had it not been for": "without",
    "if it had not been for": "without", "if it was not for": "without", "out of your history": "removed",
    "out of the picture": "removed", "out of the equation": "removed", "either way": "unchanged",
    "in any case": "unchanged", "all the same": "unchanged", "no matter": "unchanged", "in common": "share",
    "with or without": "regardless", "a handful": "few", "nobody else": "solely", "held it back": "hurt it",
    "hold it back": "hurt it", "holds it back": "hurts it", "holding it back": "hurting it", "set it back": "hurt it",
    "a good deal": "much", "a great deal": "much", "a lot": "much", "a fair bit": "much", "in the way": "against",
    "at all": "", "so far": "", "two thirds": "two thirds", "the former": "former", "the latter": "latter",
    "what made the difference": "the reason", "tipped the scales": "decided", "tipped the balance": "decided",
    "neck and neck": "equal", "on a par": "equal", "side by side": "equal", "in equal measure": "equally",
    "far from": "not", "more recent": "newer", "some way behind": "behind", "no further": "",
    "that 's about it": "", "that 's it": "", "that is it": "", "heavy lifting": "most",
    "nothing special": "", "a shade": "slightly",
    # asides of a speaker, which say nothing of the items
    "no joke": "", "just saying": "", "for what it 's worth": "", "it should be noted that": "", "it must be said that": "",
    "it turns out that": "", "needless to say": "", "believe it or not": "", "as it happens": "", "in fact": "", "in truth": "",
    "as a matter of fact": "", "to put it simply": "", "to put it plainly": "", "in other words": "", "that is to say": "",
    "in short": "", "in a word": "", "according to the records": "", "according to our records": "", "according to the data": "",
    "according to the figures": "", "according to our figures": "", "according to our data": "", "by our count": "",
    "on our records": "", "the figures show that": "", "our figures show that": "", "the figures show": "", "our figures show": "",
    "the data show that": "", "the data show": "", "our data show": "", "statistically speaking": "", "i dare say": "", "i think": "",
    "i believe": "", "trust me": "", "not gonna lie": "", "to tell the truth": "", "if you ask me": "", "in my view": "",
    "in my opinion": "", "guess what": "", "you know what": "", "the thing is": "", "what 's more": "", "on top of that": "",
    "in addition": "", "at the same time": "", "on the other hand": "", "on the one hand": "", "by contrast": "but",
    "in contrast": "but", "in turn": "", "for that matter": "", "for one thing": "", "it is true that": "", "it is worth noting that": "",
    "it is worth knowing that": "", "please note that": "", "note that": "", "we note that": "", "we find that": "",
    "let me tell you": "", "i must say": "", "i have to say": "", "you should know that": "", "you should know": "",
    "from what i see": "", "as you know": "", "as we know": "", "as we can see": "", "as you can see": "", "good news": "",
    "great news": "", "at this point": "", "at present": "", "for the record": "", "by all accounts": "", "on the whole": "",
    "all things considered": "", "when all is said and done": "", "in all likelihood": "", "make no mistake": "",
    "the fact is that": "", "the fact is": "", "the truth is that": "", "the truth is": "", "it seems that": "", "it seems": "",
    "it appears that": "", "it looks like": "", "that said": "", "having said that": "",
    # causes and their absence
    "chipped in": "helped", "chips in": "helps", "chip in": "help", "no film in your history": "nothing in your history",
    "no title in your history": "nothing in your history",
    "nothing you watched": "nothing in your history", "nothing you 've watched": "nothing in your history",
    "no film of yours": "nothing in your history",
    "no one film": "no single film", "none of the stuff you watched": "nothing in your history",
    "in the absence of": "without", "without the help of": "without", "without the benefit of": "without",
    "without the support of": "without", "attributable to": "due to", "down to": "due to", "on account of": "because of",
    "by virtue of": "because of", "by reason of": "because of", "as a result of": "because of", "as a consequence of": "because of",
    "courtesy of": "thanks to", "by dint of": "because of", "in light of": "because of", "in the light of": "because of",
    "in view of": "because of", "on the basis of": "because of", "on the back of": "because of", "off the back of": "because of",
    "thanks largely to": "thanks mainly to", "in response to": "because of", "the stuff you watched": "your history",
    "the things you watched": "your history", "the stuff you 've watched": "your history", "what you 've watched": "your history",
    "anything you watched": "your history", "anything you 've watched": "your history", "anything in your history": "your history",
    "anything from your history": "your history", "any film in your history": "your history", "anything else": "anything",
    "everything you watched": "your history", "all you watched": "your history", "your films": "your films",
    "the films in your history": "your history", "the films you watched": "your history", "films in your history": "your history",
    "sealed the deal": "decided it", "seals the deal": "decides it", "sweetened the deal": "helped it", "sweetened it": "helped it",
    "kick out": "remove", "kicked out": "removed", "kicking out": "removing", "take away": "remove", "taken away": "removed",
    "takes away": "removes", "cross out": "remove", "cross off": "remove", "crossed off": "removed", "strike off": "remove",
    "leave out": "remove", "left out": "removed", "leaving out": "removing", "leave aside": "remove", "set aside": "remove",
    "get rid of": "remove", "do away with": "remove", "throw out": "remove", "thrown out": "removed", "factor out": "remove",
    "factored out": "removed", "way down": "down", "all the way down": "down", "right down": "down", "all the way": "",
    "so much": "much", "way more": "much more", "way less": "much less", "way bigger": "much bigger", "a whole lot": "much",
    "a ton": "much", "tons": "much", "loads": "much", "a tiny bit": "slightly", "a little bit": "slightly", "a teeny bit": "slightly",
    "by a hair 's breadth": "slightly", "to a lesser extent": "less", "to a lesser degree": "less", "to a small extent": "slightly",
    "to a large extent": "strongly", "to a great extent": "strongly", "to a considerable extent": "strongly",
    "spoke for it": "spoke for it", "for the most part": "mostly", "in the main": "mainly", "in large part": "mostly", "in no small part": "strongly",
    "first of all": "mostly", "before all else": "mostly", "picked for you": "recommended", "chosen for you": "recommended",
    "selected for you": "recommended", "has nothing to do with": "is not because of", "had nothing to do with": "was not because of",
    "the only one": "the only one", "no other film": "nothing", "no other title": "nothing", "not one of": "none of",
    "not a single one of": "none of", "in the year": "in", "dating from": "from", "dates from": "is from", "dates back to": "is from",
    "that came out in": "from", "which came out in": "from", "came out in": "is from", "hit the screens in": "is from",
    "hit screens in": "is from", "hit cinemas in": "is from", "was released in": "is from", "was made in": "is from",
    "was shot in": "is from", "released in": "from", "made in": "from", "goes back to": "is from",
}  # fmt: skip
"""Expressions of several words, and the word that does the same."""
_PHRASES = {tuple(key.split()): value for key, value in PHRASES.items()}
_LONGEST = max(map(len, _PHRASES))


def joined(terms: Sequence[Term]) -> list[Term]:
    """Terms with the expressions of `PHRASES` as the word that does the same."""
    result: list[Term] = []
    at = 0
    while at < len(terms):
        for length in range(min(_LONGEST, len(terms) - at), 1, -1):
            span = terms[at : at + length]
            key = tuple(term.text for term in span)
            if key in _PHRASES and all(term.kind == "word" for term in span):
                result += [Term("word", word, span[0].start, span[-1].end) for word in _PHRASES[key].split()]
                at += length
                break
        else:
            result.append(terms[at])
            at += 1
    return result


def shapes(terms: list[Term]) -> list[list[Term]]:
    """The ways in which a sentence may be read: as it stands, and with what is said of a title in passing as a clause of its own.

    "Your last film, X, did it"; "X, your last film, did it"; "X, which you saw last, did it"; "older than the X you just saw".
    """
    whole = joined(terms)
    found = [_apposed(whole)]
    for shaped in (_relative(whole), _relative(_apposed(whole)), _trailing(whole), _trailing(_relative(whole))):
        if shaped not in found:
            found.append(shaped)
    return found


def _mark(term: Term) -> Term:
    return Term("mark", ";", term.start, term.start)


def _is(term: Term) -> Term:
    return Term("word", "is", term.start, term.start)


def _relative(terms: list[Term]) -> list[Term]:
    """What stands between commas after a title as its own clause, said before the rest."""
    for n, term in enumerate(terms[:-3]):
        if term.kind != "item" or terms[n + 1].text != "," or terms[n + 1].kind != "mark":
            continue
        close = next((k for k in range(n + 2, len(terms)) if terms[k].kind == "mark" and terms[k].text == ","), None)
        if close is None or close - n < 4 or close + 1 >= len(terms):
            continue
        inner, rest = terms[n + 2 : close], terms[close + 1 :]
        first = inner[0]
        if first.kind != "word":
            continue
        if first.text in ("which", "that", "who"):
            clause = [term, *inner[1:]]
            if len(inner) > 1 and inner[1].text in ("you", "we"):
                clause = [*inner[1:], term] if inner[1].text == "you" and len(inner) < 4 else [term, *inner[1:]]
        elif first.text in (
            "made",
            "released",
            "shot",
            "a",
            "an",
            "the",
            "your",
            "another",
            "also",
            "still",
            "itself",
            "seen",
            "watched",
        ):
            clause = [term, _is(first), *inner]
        else:
            continue
        return [*clause, _mark(first), *_relative([*terms[: n + 1], *rest])]
    return terms


def _trailing(terms: list[Term]) -> list[Term]:
    """As in "that first X one you just watched": the title, and what the user did with it as a clause of its own."""
    result: list[Term] = []
    after: list[Term] = []
    n = 0
    while n < len(terms):
        term = terms[n]
        if (
            term.kind == "item"
            and n
            and terms[n - 1].text in ("that", "the", "this", "of", "than", "like", "first", "to")
        ):
            k = n + 1
            if k < len(terms) and terms[k].text in ("one", "film", "movie"):
                k += 1
            if k < len(terms) and terms[k].text in ("that", "which"):
                k += 1
            if k + 1 < len(terms) and terms[k].text == "you":
                end = k + 1
                while end < len(terms) and terms[end].kind == "word" and terms[end].text in _PASSING:
                    end += 1
                watched = end < len(terms) and "watch" in classes(terms[end].text)
                if watched and (end + 1 == len(terms) or terms[end + 1].kind == "mark"):
                    while result and result[-1].text in ("first", "that"):
                        result.pop()
                    result.append(term)
                    after += [_mark(term), *terms[k : end + 1], term]
                    n = end + 1
                    continue
        result.append(term)
        n += 1
    return [*result, *after] if after else terms


_PASSING = frozenset("just already recently have had 've once also so lately".split())  # noqa: SIM905


def _apposed(terms: list[Term]) -> list[Term]:
    """A title in apposition as a subject: "your last film, X, did it" and "X, your last film, did it"."""
    commas = [-1, *(n for n, term in enumerate(terms) if term.kind == "mark" and term.text == ","), len(terms)]
    parts = [terms[a + 1 : b] for a, b in pairwise(commas)]
    if len(parts) != 3 or not all(parts):
        return terms
    first, middle, last = parts
    is_title = [len(part) == 1 and part[0].kind == "item" for part in (first, middle)]
    described = [
        any({"last", "first", "history", "before"} & classes(t.text) for t in part if t.kind == "word")
        for part in (first, middle)
    ]
    comma = Term("mark", ";", middle[0].start, middle[0].start)
    copula = Term("word", "is", middle[0].start, middle[0].start)
    if is_title[1] and described[0]:
        return [middle[0], copula, *first, comma, middle[0], *last]
    if is_title[0] and described[1]:
        return [first[0], copula, *middle, comma, first[0], *last]
    return terms

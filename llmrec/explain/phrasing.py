"""Phrasing plans: one brief, very many true sentences.

A plan is a lead (history, the item, the link, the wish), a frame of that lead, and tails for what the frame left out.
`{H}` stands for the cited history titles, `{C}` for the recommended item, `{S}` for shared attributes, `{Q}` for what
the wish named, `{M}` for an input that helped. The verifier reads the verbs below to tell cause from result, and takes
every word it finds here as known; a word that is not here, nor in the evidence, is a claim it cannot check.
"""

import random
import re

from llmrec.explain.brief import Brief, Cause, label
from llmrec.explain.vocabulary import Facet, attribute_noun

# Result follows directly: `lifted "recommended"`. Past tense: one form for one cause and for two.
LIFTED = (
    "lifted {C}", "raised {C}", "pulled {C} up", "pushed {C} up", "moved {C} up", "brought {C} up", "pointed to {C}",
    "led to {C}", "spoke for {C}", "counted for {C}", "made the case for {C}", "opened the door to {C}",
    "put {C} on your list", "put {C} forward", "tipped the balance toward {C}", "made room for {C}", "paved the way for {C}",
)  # fmt: skip
ROSE = (
    "moved up", "came up", "scored higher", "gained ground", "rose in your list", "climbed your list", "stood out",
    "earned its place", "made your list", "came forward", "won a place here", "came into view",
)  # fmt: skip
# Cause follows directly: `owes its place to "watched"`.
RESTS_ON = (
    "follows from", "owes its place to", "comes from", "builds on", "rests on", "grew out of", "draws on", "leans on",
    "came up thanks to", "is here because of", "scored higher because of", "is here because you {chose}",
    "made your list because you {chose}", "moved up since you {chose}", "picks up from", "takes its place from",
)  # fmt: skip
BEFORE_CAUSE = ("without", "because of", "thanks to", "your history with", "having {chose}", "you {chose}", "had you skipped",
                "starting from", "given", "after", "like", "as with", "with", "were", "it was", "credit")  # fmt: skip

CAUSAL = (
    "{H} {LIFTED}", "You {chose} {H}, which {LIFTED}", "Your history with {H} {LIFTED}", "Having {chose} {H} {LIFTED}",
    "It was {H} that {LIFTED}", "Because you {chose} {H}, {C} {ROSE}", "Since you {chose} {H}, {C} {ROSE}",
    "With {H} in your history, {C} {ROSE}", "Thanks to {H}, {C} {ROSE}", "You {chose} {H}, so {C} {ROSE}",
    "Given {H}, {C} {ROSE}", "Starting from {H}, {C} {ROSE}", "In your history, {H} {LIFTED}", "You once {chose} {H}; that {LIFTED}",
)  # fmt: skip
COUNTERFACTUAL = (
    "Without {H}, {C} would score lower", "Were {H} left out, {C} would score lower",
    "Had you skipped {H}, {C} would score lower", "Without {H} in your history, {C} would lose ground",
)  # fmt: skip
RANKED = (
    "Of all you {chose}, {H} counted most for {C}", "In your history, {H} spoke loudest for {C}",
    "The biggest push from your history came from {H}", "{H} {LIFTED} more than anything else you {chose}",
    "Of your history, {H} did most for {C}",
)  # fmt: skip
COMPARED = ("{H1} counted for {C} more than {H2}", "{C} owes more to {H1} than to {H2}", "{H1} spoke louder for {C} than {H2}")
ITEM = (
    "{C} {RESTS_ON} {H}", "{C} {RESTS_ON} {H}", "{C} would score lower without {H}", "What lifted {C} was {H}",
    "Behind {C} you will find {H}", "The reason for {C} is {H}", "The case for {C} rests on {H}",
    "The score of {C} leans on {H}", "Here is {C}, thanks to {H}", "We picked {C} because you {chose} {H}",
    "{C} {ROSE} once you {chose} {H}", "For {C}, credit {H}",
)  # fmt: skip
LINK = (
    "{S} tied {C} to {H}", "{S} linked {C} with {H}", "{S} connected {C} with {H}", "The link between {C} and {H} is {S}",
    "{C} shares {S} with {H}, which you {chose}", "Like {H}, {C} offers {S}", "As with {H}, {C} brings {S}",
    "What {C} shares with {H} is {S}", "{C} picks up {S} from {H}", "The common thread from {H} to {C} is {S}",
    "{C} has {S} in common with {H}, which {LIFTED_IT}", "Shared with {H}: {S}, and that {LIFTED}",
    "From {H} to {C}, the bridge is {S}",
)  # fmt: skip
WISH = (
    "You asked for {Q}, and {C} has it", "Your wish for {Q} {LIFTED}", "{C} meets your wish for {Q}",
    "{C} answers your wish for {Q}", "{C} brings {Q} as you wished", "{C} {ROSE} because you asked for {Q}",
    "Since you asked for {Q}, {C} {ROSE}", "Your wish was {Q}, and {C} brings it", "With {Q} on your mind, {C} {ROSE}",
)  # fmt: skip
WISH_UNNAMED = ("Your wish {LIFTED}", "{C} {ROSE} because of your wish", "Without your wish, {C} would score lower")
WISH_THEN = (
    ", and {H} {LIFTED_IT}", "; {H} {LIFTED_IT} too", ". {H} from your history {LIFTED_IT} as well", ", while {H} {LIFTED_IT}",
    ", with {H} behind it", ". It also {RESTS_ON} {H}", ", and you {chose} {H} before",
)  # fmt: skip
MODALITY = (
    "It was the {M} that {LIFTED}", "{C} {ROSE} thanks to its {M}", "Its {M} {LIFTED}",
)  # fmt: skip
DOUBT = (
    "The link is faint, but {H} {LIFTED} a little", "{H} only hinted at {C}", "{H} gave {C} a faint push",
    "{C} is a tentative pick, nudged by {H}", "With little to go on, {H} {LIFTED}", "A tentative pick: {C} {RESTS_ON} {H}",
    "This is a guess: {H} {LIFTED}", "Take {C} as a guess, nudged by {H}", "Only a thin thread leads from {H} to {C}",
    "{H} nudged {C} up, though only faintly", "We are unsure here: {H} {LIFTED} a little",
    "The evidence for {C} is thin: {H} {LIFTED} a little", "If {H} counts at all, it {LIFTED} a little",
)  # fmt: skip
NOTHING = (
    "Your history says little about {C}, so take it as a guess", "{C} is a guess, as your history says little about it",
    "The evidence for {C} is thin, so take it as a guess", "With little to go on, {C} is a tentative pick",
)  # fmt: skip

TAIL_SHARED = (
    ", and they share {S}", "; they share {S}", ", with {S} in common", "; {S} {IS} the common thread", ". The common ground is {S}",
    "; what they share is {S}", ". They share {S}", ": the link is {S}", ". What ties them is {S}", ", as they share {S}",
)  # fmt: skip
TAIL_CAUSE = (" through {S}", " by way of {S}", " on the strength of {S}", ", {S} being the link")
TAIL_HELP = (
    ", and its {M} helped", "; its {M} added weight", ". Its {M} helped too", ". Its {M} counted as well",
    ", and its {M} did its part", ". The {M} added to the score", "; the {M} spoke for it too", ", and the {M} added weight",
)  # fmt: skip
TAIL_WISH = (", and it answers your wish for {Q}", ". It also answers your wish for {Q}", "; you asked for {Q}",
             ", and you asked for {Q}")  # fmt: skip
STRONGLY = ("clearly", "strongly", "firmly")

_NOUNS = {"comedy", "drama", "thriller", "musical", "documentary", "western"}
_ADJECTIVES = {"animation": "animated", "romance": "romantic", "film-noir": "noir"}
_ADJECTIVAL = {"colour", "color", "pattern", "genres", "genre"}


def write(brief: Brief, lead: str, rng: random.Random) -> str:
    """One or two sentences on a brief, opening with `lead`, drawn by `rng`; true by construction."""
    causes = list(brief.history)
    if len(causes) == 2 and rng.random() < 0.55:
        causes.pop()
    shared = [f for f in causes[0].shared if all(f in c.shared for c in causes)] if causes else []
    if lead == "link" and not shared:  # two causes with nothing in common: keep the one that the link is to
        causes = [next((c for c in brief.history if c.shared), brief.history[0])]
        shared = list(causes[0].shared)
    told = _some(shared, rng)
    item = _item(brief, causes, [f for f in shared if f not in told and f not in brief.wished], rng)
    frame, tails = _plan(brief, lead, causes, told, rng)
    return _fill(frame + tails, brief, causes, told, item, rng)


def _plan(brief: Brief, lead: str, causes: list[Cause], told: list[Facet], rng: random.Random) -> tuple[str, str]:
    """A frame and its tails."""
    if lead == "doubt" and not causes:
        return rng.choice(NOTHING), ""
    if lead == "doubt":
        return rng.choice(DOUBT), rng.choice(TAIL_SHARED[:2] + TAIL_SHARED[4:7]) if told and rng.random() < 0.4 else ""
    if not causes and lead != "wish":
        return rng.choice(MODALITY), ""
    if lead == "wish":
        tail = rng.choice(WISH_THEN) if causes and rng.random() < 0.8 else ""
        if tail and told and rng.random() < 0.4:
            tail += rng.choice(TAIL_SHARED)
        return _wish(brief, rng), tail or _help(brief, 0.5, rng)
    if lead == "link" and told:
        return rng.choice(LINK), _help(brief, 0.25, rng) or _wished(brief, 0.5, rng)
    if lead == "history":
        draw = rng.random()
        if len(causes) == 2 and draw < 0.15:
            frames: tuple[str, ...] = COMPARED
        elif len(causes) == 1 and len(brief.history) == 2 and draw < 0.2:
            frames = RANKED
        else:
            frames = COUNTERFACTUAL if draw > 0.85 else CAUSAL
    else:
        frames = ITEM
    frame = rng.choice(frames)
    tail = ""
    if told and rng.random() < 0.7:
        direct = frames is CAUSAL and "which" not in frame
        tail = rng.choice(TAIL_CAUSE if direct and rng.random() < 0.4 else TAIL_SHARED)
    return frame, tail or _help(brief, 0.6, rng) or _wished(brief, 0.6, rng)


def _wish(brief: Brief, rng: random.Random) -> str:
    return rng.choice(WISH if brief.wished else WISH_UNNAMED)


def _help(brief: Brief, chance: float, rng: random.Random) -> str:
    return rng.choice(TAIL_HELP) if brief.helps and rng.random() < chance else ""


def _wished(brief: Brief, chance: float, rng: random.Random) -> str:
    return rng.choice(TAIL_WISH) if brief.wished and rng.random() < chance else ""


def _fill(plan: str, brief: Brief, causes: list[Cause], told: list[Facet], item: str, rng: random.Random) -> str:
    wishing = "{Q}" in plan or "wish" in plan
    strong = not wishing and len(causes) == 1 and causes[0].strength == "strong" and rng.random() < 0.25
    verb = (f"{rng.choice(STRONGLY)} " if strong else "") + rng.choice(LIFTED)
    titles = [f'"{cause.title}"' for cause in causes]
    wished = _some(list(brief.wished), rng)
    parts = {
        "LIFTED_IT": rng.choice(LIFTED).replace("{C}", "it"), "LIFTED": verb, "ROSE": rng.choice(ROSE),
        "RESTS_ON": rng.choice(RESTS_ON), "H1": titles[0] if titles else "", "H2": titles[-1] if titles else "",
        "H": " and ".join(titles), "S": _list([_bare(f, rng) for f in told]),
        "IS": "are" if len(told) > 1 else "is", "Q": _list([_bare(f, rng) for f in wished]),
        "M": brief.helps[0] if brief.helps else "", "chose": brief.words.chose,
    }  # fmt: skip
    text = plan
    for name in ("LIFTED_IT", "LIFTED", "ROSE", "RESTS_ON"):
        text = text.replace("{" + name + "}", parts.pop(name))
    # The item is named once, then "it". Titles go in last and in one pass: one may hold braces itself.
    first, rest = text.split("{C}", 1) if "{C}" in text else (text, "")
    text = first + ("{C}" if "{C}" in text else "") + rest.replace("{C}", "it")
    parts["C"] = item
    text = re.sub(r"\{(\w+)\}", lambda slot: parts[slot.group(1)], text)
    return text[:1].upper() + text[1:] + "."


def _some(facets: list[Facet], rng: random.Random) -> list[Facet]:
    """One or two of the facets, in their order; mostly the first, which is the rarest and says most."""
    chosen = set(range(len(facets))) if len(facets) < 2 else {0} if rng.random() < 0.75 else {len(facets) - 1}
    if len(facets) > 1 and rng.random() < 0.5:
        chosen.add(rng.randrange(len(facets)))
    return [facet for n, facet in enumerate(facets) if n in chosen]


def _item(brief: Brief, causes: list[Cause], spare: list[Facet], rng: random.Random) -> str:
    """How the sentence calls the recommended item: by title, "this film", or by a shared facet that is still `spare` ("this comedy")."""
    noun = brief.words.noun
    draw = rng.random()
    kinds = [f for f in spare if f.name in _ADJECTIVAL or f.name == "year"]
    if draw < 0.2 and kinds:
        value = label(facet := rng.choice(kinds))
        if facet.name in ("colour", "color", "pattern"):
            value = facet.value.lower()
        return f"this {value}" if value in _NOUNS else f"this {_ADJECTIVES.get(value, value)} {noun}"
    if draw < 0.5 and all(cause.title.casefold() != brief.title.casefold() for cause in causes):
        return f'"{brief.title}"'
    return f"this {noun}" if draw < 0.9 else "this one"


def _bare(facet: Facet, rng: random.Random) -> str:
    """A facet as a noun phrase: "comedy", "the comedy genre", "the 1990s", "the colour dark blue"."""
    words = label(facet)
    if facet.name in ("genres", "genre"):
        return f"the {words} genre" if words.endswith("'s") or rng.random() < 0.25 else words
    if words == facet.value or facet.name == "price":
        return f"the {words}" if facet.name != "price" else f"a {words}"
    if words.lower() != facet.value.lower() and rng.random() < 0.3:
        return f"the {attribute_noun(facet.name)} {words.removesuffix(' ' + attribute_noun(facet.name))}"
    return f"the {words}"


def _list(parts: list[str]) -> str:
    return " and ".join(parts)


FRAMES = (
    *CAUSAL, *COUNTERFACTUAL, *RANKED, *COMPARED, *ITEM, *LINK, *WISH, *WISH_UNNAMED, *WISH_THEN, *MODALITY, *DOUBT, *NOTHING,
    *TAIL_SHARED, *TAIL_CAUSE, *TAIL_HELP, *TAIL_WISH, *LIFTED, *ROSE, *RESTS_ON, *STRONGLY,
)  # fmt: skip
LEXICON = frozenset(re.findall(r"[a-z]+", re.sub(r"\{\w+\}", " ", " ".join(FRAMES)).lower())) | {"genre", "one"}
"""Every word the plans use."""


def plain(brief: Brief) -> str:
    """The one plain sentence on a brief, the same every time: strongest reason, what is shared, the wish."""
    noun, chose = brief.words.noun, brief.words.chose
    rng = random.Random(0)
    named = _list([_bare(facet, rng) for facet in brief.wished[:2]])
    if not brief.history:
        if brief.answers_wish:
            return f"This {noun} answers your wish for {named}." if named else f"This {noun} came up because of your wish."
        if brief.helps:
            return f"This {noun} came up thanks to its {brief.helps[0]}."
        return f"Your history says little about this {noun}, so take it as a guess."
    cause = brief.history[0]
    shared = _list([_bare(facet, rng) for facet in cause.shared[:2]])
    text = f'You {chose} "{cause.title}", so this {noun} came up'
    if brief.strength == "faint":
        text = f'This {noun} is a tentative pick, nudged by "{cause.title}"'
    if shared:
        text += f"; they share {shared}"
    return text + (f". It also answers your wish for {named}." if named else ".")

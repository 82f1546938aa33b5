"""What stands beside a question and asks for nothing: "my mom checks", "that is more like it", "at last!".

The answer to the question is the whole reply then; a list that nobody asked for would take the place of the one on show.
"""

import re

from llmrec.catalog import Catalog
from llmrec.chat.nlu.lexicon import Lexicon
from llmrec.chat.nlu.moods import moods
from llmrec.chat.nlu.narration import only_narrates

_PRAISE = re.compile(
    r"(?:(?:ah|oh|yes|yeah|ok(?:ay)?|now|well|wow|so|but|and|great|good|nice|lol|haha+|hm+|finally|right)\b[,.! ]*)*(?:"
    r"(?:just|exactly) what (?:i|we) (?:asked|wanted|meant|mean|want|had in mind|needed)(?: for)?|"
    r"(?:that|this|it|these|those|which|they)(?:'?s|'?re| is| are| was| were| looks?| sounds?)?(?: (?:much|way|so|really|exactly|just|a lot|far|already|all|very|quite))*"
    r" (?:what (?:i|we) (?:asked|wanted|meant|mean|want|had in mind)(?: for)?|more like it|better|great|good|nice|perfect|fine|lovely|helpful|right|fair|"
    r"interesting|funny|it|cool|wonderful|excellent|odd|strange|weird)(?: (?:then|now|already|at last|one|ones|list))?|"
    r"(?:much|way|a lot|far) better|at last|finally|wow|lovely|perfect|great|nice|good|cool|ok(?:ay)?|interesting|brilliant|excellent|sweet|"
    r"(?:you|u) (?:got|get) (?:it|me|there)(?: (?:now|at last|in the end))?|now (?:you'?re|ur|you are) talking|thanks?(?: you)?(?: so much| a lot)?|cheers|thx|"
    r"no (?:worries|problem)|never mind|doesn'?t matter|it doesn'?t matter|whatever|fair enough|i see|got it|(?:so|but) (?:hm+|well)"
    r")(?: (?:lol|haha+|tho|though|then|thanks|mate|man))*[\s.!…]*|"
    r"(?:嗯+|好的?|行|不错|太好了|好多了|这次对了|对了|这下对了|终于|谢谢(?:你|您)?|多谢|没关系|算了|好吧|可以|挺好的?|明白了?|知道了)(?:了|啊|吧|呀)?[。,! ]*",
    re.I,
)
"""What praises, thanks, or waves aside."""
_TELLS = re.compile(
    r"(?:(?:and|but|so|because|cause|since|as|you know|lol|well|also|sorry|ok)\b[, ]*)*"
    r"(?:i|we|he|she|they|(?:my|our|his|her|their|the) [\w'-]+|mom|mum|dad|everyone|everybody|people|it)(?: (?:and (?:i|my \w+)|is|was|always|usually|often|never|just|really|only|also|still|will|might|may))*"
    r"(?:'(?:s|m|re|ve|ll|d))? (?P<said>.+)",
    re.I,
)
"""What tells something of people."""
_WANTS = re.compile(
    r"\b(?:want\w*|needs?|needed|likes?|liked|loves?|loved|enjoy\w*|prefers?|hates?|hated|dislikes?|looking|searching|fancy|rather|mood|into|"
    r"something|anything|nothing|some|more|another|other|others|instead|else|no|not|without|only|too|films?|movies?|books?|list|ones?|"
    r"seen|watched|read|bought|own|said|told|asked|meant|mean|skip|remove|drop|show|find|give|recommend|suggest|try|take|pick|choose|"
    r"wear\w*|size|budget|years? old|allergic|can'?t|cannot|don'?t|doesn'?t|didn'?t|won'?t|wouldn'?t|would|should|could)\b|[?]|\d",
    re.I,
)
"""What such a sentence holds that bears on a list."""


def waves_aside(text: str) -> bool:
    """Tell whether a text does nothing but praise, thank or wave aside.

    Parameters
    ----------
    text
        A sentence.

    Returns
    -------
    bool

    Examples
    --------
    >>> waves_aside("doesnt matter."), waves_aside("that is more like it"), waves_aside("nothing scary")
    (True, True, False)
    """
    return _PRAISE.fullmatch(" ".join(text.replace("\u2019", "'").split())) is not None


def only_tells(sentence: str, catalog: Catalog) -> bool:
    """Tell whether a sentence asks for nothing and says nothing by which a list could be made.

    Parameters
    ----------
    sentence
        What stands beside a question in one line.
    catalog
        Whose values are read.

    Returns
    -------
    bool

    Examples
    --------
    >>> nothing = Catalog("films", (), {})
    >>> said = ("my mom checks", "That is more like it.", "I fall asleep early", "we like songs", "nothing scary")
    >>> [only_tells(each, nothing) for each in said]
    [True, True, True, False, False]
    """
    text = " ".join(sentence.replace("\u2019", "'").split())
    if _PRAISE.fullmatch(text):
        return True
    if Lexicon.of(catalog).mentions(text) or moods(text, (), catalog)[2]:
        return False
    if only_narrates(text, catalog):
        return True
    told = _TELLS.fullmatch(text)
    return told is not None and _WANTS.search(told["said"]) is None

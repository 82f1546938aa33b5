"""Words of the catalogue as a conversation shows them: one line of plain text, whatever somebody wrote into a title.

Clients render replies as Markdown, some with HTML in it: a title must not become a picture that is fetched, a link, or
a line of its own, and must not turn the direction of what stands beside it.
"""

import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""Invisible, and part of words in some scripts and of emoji."""
_MARKUP = str.maketrans({"<": "\u2039", ">": "\u203a", "`": "'"})
_LINKS = re.compile(r"(?<=\])(?=[(\[])|(?<=!)(?=\[)|(?<=:)(?=//)|(?<=\bwww\.)(?=\S)", re.I)


def one_line(text: str) -> str:
    r"""Take out of a text what is no letter of a line: control characters, turns of direction, breaks.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        With single spaces in the place of white space.

    Examples
    --------
    >>> one_line("Nice\n2. Film\x1b[31m \u202egnp.exe")
    'Nice 2. Film[31m gnp.exe'
    """
    return " ".join("".join(" " if each.isspace() else each for each in text if _shown(each)).split())


def _shown(character: str) -> bool:
    if character.isspace() or character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs")


def plain(text: str) -> str:
    """Make a text one line that no reader of Markdown or HTML takes for more than text.

    Parameters
    ----------
    text
        A title, a label, a sentence that names some.

    Returns
    -------
    str
        Angle brackets and backticks have look-alikes; a space parts what would be a link, a picture or an address.

    Examples
    --------
    >>> plain("![x](http://evil.example/leak) <img src=x>")
    '! [x] (http: //evil.example/leak) \u2039img src=x\u203a'
    """
    return _LINKS.sub(" ", one_line(text).translate(_MARKUP))

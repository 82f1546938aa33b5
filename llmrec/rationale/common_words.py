"""What the stories of two items both name: somebody ("Luke Skywalker"), or something that happens in it ("a cyborg").

Only words of a list are told: two texts share many words that are no likeness to a reader ("a result", "the scene").
"""

import re

from llmrec.catalog.types import Item

_OF_STORIES = """
an alien; aliens; an android; an angel; an ape; an archaeologist; an architect; an assassin; an asteroid; an astronaut;
a baby; a ballerina; a bank robbery; a baseball team; a basketball team; a battle; a bear; a biographer; a blackmailer;
a bodyguard; a bomb; a bounty hunter; a boxer; a bride; a cannibal; a car chase; a carnival; a cartoonist; a casino; a
castle; cannibals; a chef; a circus; a clown; a coach; a comet; a composer; a computer hacker; a con man; a conspiracy;
convicts; a coup; a cowboy; a cult; a curse; a custody battle; a cyborg; a dancer; a demon; a detective; a dinosaur;
dinosaurs; a divorce; a dog; a dolphin; a double agent; a dragon; drug dealers; a drug lord; an earthquake; an elephant;
an exorcism; a fairy; a farm; a fashion model; a firefighter; a fisherman; a football team; a foster home; a fugitive;
a funeral; a gang; gangsters; a gangster; a ghost; ghosts; a giant; a gladiator; a gorilla; a guardian angel; a hacker;
a haunted house; a heist; a high school; a hitman; a hit man; a homicide; a horse; a hostage; hostages; an immigrant; an
island; a jail; a jewel thief; a journalist; a jury; a kidnapping; a killer; a king; a knight; a lawyer; a lighthouse; a
lion; a love affair; a love triangle; a lottery; a mad scientist; the mafia; the mob; a magician; a manhunt; mars; a
marriage; a mental hospital; a mental institution; a mercenary; a monk; a monster; monsters; a mummy; a murder; a
murderer; a mutant; mutants; a nanny; nazis; a neighborhood; a newspaper; nuclear weapons; a nun; an opera; an orphan;
an orphanage; a painter; a pianist; a pig; a pilot; a pirate; pirates; a plague; a plane crash; a planet; a poet; a
police officer; a political campaign; the president; a priest; a prince; a princess; a prison; a prisoner; a private
detective; a private eye; a professor; a prostitute; a psychiatrist; a psychopath; puppets; a queen; a ranch; a
reporter; a revolution; a robbery; a robot; robots; a rock band; rock and roll; a ruler; a samurai; a school; a
schoolteacher; a scientist; a screenwriter; a sculptor; a seance; a senator; a serial killer; a shark; a sheriff; a
shipwreck; a singer; a slave; slavery; a smuggler; a sniper; a soldier; a sorcerer; space; a spaceship; a spell; a
spider; a spy; spies; a stepmother; a stowaway; a striptease; a submarine; a suicide; a superhero; a surgeon; a
talent show; a taxi driver; a teacher; terrorists; a terrorist; a therapist; a thief; thieves; time travel; a tornado;
toys; a treasure; a trial; a truck driver; twins; a tyrant; a vampire; vampires; a virus; a volcano; a volleyball; a
wedding; a werewolf; werewolves; a whale; a widow; a widower; a witch; witches; a witness; a wizard; wolves; a wolf; a
writer; a zombie; zombies
"""
_NAME = re.compile(r"(?<![\w'])(\w+\s+)?((?:[A-Z][a-z]+ ){1,2}[A-Z][a-z]{2,})(?![\w'])")
_PLACED = frozenset("in of at the from to near outside through across around for and".split())  # noqa: SIM905
"""Words before names of places and bodies, which nobody "knows from" a film."""
_NOBODY = re.compile(
    r"(?:An?|The|In|On|At|As|When|While|After|His|Her|Two|New|North|South|West|East|Southern|Northern|Los|Las|San|Santa|"
    r"World|Civil|Vietnam|Cold|High|Hong|Latin|Secret|Christmas|United|Director|Last|My|Long|Environmental|Eastern|Western"
    r")\b|\w+ (?:Day|Eve|War|School|City|Street)\b"
)
"""Names that are no person's."""
MOST = 2
"""Things in common that are told."""


def common_name(item: Item, other: Item) -> str:
    """Somebody whom the texts of two items both name, "" where they name nobody.

    Parameters
    ----------
    item, other
        Of one catalogue.

    Examples
    --------
    >>> jedi = Item("1", "Jedi", "Luke Skywalker leads a mission to rescue Han Solo.")
    >>> wars = Item("2", "Star Wars", "On Tatooine young Luke Skywalker buys two droids in Mos Eisley.")
    >>> common_name(jedi, wars)
    'Luke Skywalker'
    """
    theirs = _names(other.description)
    return next((name for name in _names(item.description) if name in theirs), "")


def _names(text: str) -> list[str]:
    found = [(match[1] or "", match[2]) for match in _NAME.finditer(text)]
    placed = {name for before, name in found if before.strip().lower() in _PLACED}
    return [name for _, name in found if name not in placed and not _NOBODY.match(name)]


def common_things(item: Item, other: Item) -> str:
    """What the texts of two items both have, as a sentence names it: "a robot and a spy"; "" for nothing.

    Parameters
    ----------
    item, other
        Of one catalogue.

    Examples
    --------
    >>> first = Item("1", "Wolf", "A publisher is bitten by a wolf and becomes a werewolf.")
    >>> second = Item("2", "An American Werewolf", "Two tourists are attacked by a werewolf.")
    >>> common_things(first, second)
    'a werewolf'
    """
    found: list[str] = []
    for phrase in _PHRASES:
        noun = re.sub("^(?:an?|the) ", "", phrase)
        if all(_has(noun, each.description) for each in (item, other)) and not any(noun in told for told in found):
            found.append(phrase)
    found.sort(key=lambda phrase: -len(phrase.split()))
    return " and ".join(found[:MOST])


def _has(noun: str, text: str) -> bool:
    match = re.search(rf"(?<![\w-]){re.escape(noun)}(?![\w-])", text)  # "the Dark Knight" is no knight
    return match is not None and not re.search(
        r"\b(?:no|not|without|never)\b[^.,;]{0,20}$", text[: match.start()], re.I
    )


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(sorted((" ".join(each.split()) for each in listed.split(";")), key=len, reverse=True))


_PHRASES = _phrases(_OF_STORIES)

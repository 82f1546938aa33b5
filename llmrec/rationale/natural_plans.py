"""What a shop assistant opens a reason with, for `llmrec.rationale.natural`.

`{H}` stands for the title of the history item that counted most (`{H1}`, `{H2}` of two), `{T}` for it where the
recommended item is the same in another colour, `{V}` for a colour, `{C}` for the recommended item, `{K}` for what it is
by its attributes ("a dark blue blouse"; `{k}` behind "another", `{ks}` of several), `{w}` for what it is by its
own text, `{Q}` for the query, `{N}` for what it named and the item is not, `{D}` for a decade, `{P}` and `{p}` for a
share of people, `{this}` and `{This}` for "this one is", or "these are".
"""

ON_QUERY = (
    "You asked for {Q}, and this is {K}",
    "You asked for {Q}; here is {K}",
    "As you asked for {Q}, here is {K}",
    "You asked for {Q}; we picked {C}, {K}",
    "As you asked for {Q}, we suggest {C}, {K}",
    "You asked for {K}; {C} is one",
    "You wanted {K}, and this is one",
    "{C} is {K}, as you asked",
    "Here is {K}, as you asked",
    "{K}, just as you asked",
)
PARTLY = (
    "You asked for {Q}; this is {K}, at least",
    "You asked for {Q}; close to it is {K}",
    "You asked for {Q}; what comes near is {K}",
)
"""Where the query says more than the item's text holds."""
ON_QUERY_BUT = (
    "{K}, as you asked, though from the {D}",
    "{C} is {K}, as you asked, though from the {D}",
    "Here is {K}, as you asked, though from the {D}",
)
"""Where the query names a decade, and the item is of another."""
CONCESSIONS = (
    "Not {N}, but {K}",
    "It is not {N}, but {K}",
    "{K}, though not {N}",
    "You asked for {N}; this is {K}, though",
)
"""Where the query names a colour, a category or a genre, and the item has others."""
ON_UNNAMED_QUERY = (
    "You asked for {Q}; here is {K}",
    "As you asked for {Q}, here is {K}",
    "You asked for {Q}; we picked {C}, {K}",
    "You asked for {Q}: this is {K}",
    "As you asked for {Q}, we suggest {C}, {K}",
)
ON_UNSAYABLE_QUERY = (
    "We picked it for your wish: {K}",
    "Here because of your wish: {K}",
    "{K}, which your wish brought up",
    "It is {K}, and your wish brought it up",
)
"""Where a query names nothing of the item, and cannot be said back in a sentence."""
ALIKE = (
    "You {chose} {H}, and this is another {k}",
    "You {chose} {H}; here is another {k}",
    "Another {k} for you after {H}",
    "After {H}, another {k}",
    "If {H} was your kind of {noun}, here is another {k}",
    "Much like {H}, it is {K}",
    "Like {H}, this is {K}",
    "{K}, like {H}",
    "{H} was {K}; so is this",
    "We picked it because you {chose} {H}, another {k}",
    "{C} and {H} are both {ks}",
)
LED = (
    "You {chose} {H}; this one is {K}",
    "Since you {chose} {H}, here is {K}",
    "You {chose} {H}, so we picked this, {K}",
    "As you {chose} {H}, we suggest {C}, {K}",
    "Because you {chose} {H}, we picked {C}, {K}",
    "We picked it mostly because you {chose} {H}. It is {K}",
)
BARE = (
    "You {chose} {H}, so we picked this",
    "We picked it mostly because you {chose} {H}",
    "Because you {chose} {H}, we picked {C}",
)
"""Before the item's own text, where no word for its kind is known or can be said."""
COMPANY = (
    "{P} who {chose} {H} also {chose} {C}, {K}",
    "{C} is {K}; {p} who {chose} {H} also {chose} it",
)
TWO = (
    "You {chose} {H1} and {H2}, and this is another {k}",
    "Like {H1} and {H2}, this is {K}",
    "After {H1} and {H2}, another {k}",
    "{C} is {K}, here because of {H1} and {H2}",
)
WEAK = (
    "A guess, as little in your history speaks for it: {K}",
    "Take it as a guess: {K}",
    "{H} is only a faint hint of it. It is {K}",
    "Your history says little about this one. It is {K}",
    "The link to {H} is faint. It is {K}",
)
WEAK_ALONE = (
    "Take it as a guess",
    "{H} is only a faint hint of it",
    "Your history says little about this one",
    "The link to {H} is faint",
)
PEOPLE = (
    "{P} who {chose} {H} {chose} this too",
    "{P} who {chose} {H} also {chose} it",
)
SAME = (
    "The {T} that you {chose}, now in {V}",
    "The {T} that you {chose}, but in {V}",
    "{H} again, in {V}",
    "{H}, this time in {V}",
    "You have {H}; this one is in {V}",
    "Since you {chose} {H}, here is one in {V}",
)
FRAMES = {
    "missed": CONCESSIONS, "same": SAME, "weak": WEAK, "guess": WEAK[:2], "query": ON_QUERY, "query, partly": PARTLY,
    "query, but": ON_QUERY_BUT, "query, unnamed": ON_UNNAMED_QUERY, "query, unsayable": ON_UNSAYABLE_QUERY, "two": TWO,
    "alike": ALIKE, "company": COMPANY, "led": LED,
}  # fmt: skip
_OF_QUERY = (
    "You asked for {Q}, so we picked this: {w}",
    "As you asked for {Q}, we picked this: {w}",
    "You asked for {Q}; {this} {V}: {w}",
    "You wanted {Q}, so we picked this: {w}",
    "You asked for {Q}; have a look at this: {w}",
)
_OF_HISTORY = (
    "You {chose} {H}, so we picked this: {w}",
    "Because you {chose} {H}, we picked this: {w}",
    "We picked it mostly because you {chose} {H}: {w}",
    "{H} is why we picked this: {w}",
    "You {chose} {H}; we picked this: {w}",
    "You {chose} {H}. Here is our pick: {w}",
    "As you {chose} {H}, we suggest this: {w}",
    "Picked because you {chose} {H}: {w}",
)
THING_FRAMES = {
    "missed": (
        "Not {N}, but {V}: {w}",
        "You asked for {N}; {this} {V}, though: {w}",
        "{This} {V}, though not {N}: {w}",
    ),
    "same": tuple(f"{frame}: {{w}}" for frame in SAME),
    "weak": tuple(f"{frame}: {{w}}" for frame in WEAK_ALONE),
    "guess": ("Take it as a guess: {w}", "A guess, as little in your history speaks for it: {w}"),
    "query": _OF_QUERY,
    "query, partly": (
        "You asked for {Q}; this comes near: {w}",
        "You asked for {Q}, and this comes near: {w}",
        "You asked for {Q}; what comes near is this: {w}",
    ),
    "query, unnamed": _OF_QUERY,
    "query, unsayable": ("We picked it for your wish: {w}", "Here because of your wish: {w}"),
    "alike": _OF_HISTORY,
    "company": ("{P} who {chose} {H} also {chose} this: {w}", "{P} who {chose} {H} {chose} this too: {w}"),
    "led": _OF_HISTORY,
}
"""Where the item's own text begins with what it is, which stands behind the colon."""

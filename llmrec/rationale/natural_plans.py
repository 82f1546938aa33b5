"""What reasons say and in which order, for `llmrec.rationale.natural`: whole texts with slots, by what is to be told.

`{H}` stands for the title of the history item that is told (`{H1}`, `{H2}` of two), `{L}` for what it is, `{C}` for the
recommended item, `{K}` for what that is by its attributes ("a dark blue blouse"; `{k}` behind "another", `{ks}` of
several); `{x}` for its own text behind a colon and `{X}` as a sentence, `{x0}` and `{X0}` for a thing's name less
what it has, which is `{rest}`, `{A}` for a plot behind "about", `{M}` a further sentence. `{V}` is its colour, `{O}`
the colour that the person has, `{D}` a decade. Of a wish `{Q}` is the whole, `{q}` the word that is told, with its
article (`{qb}` without, `{qn}` as something that is asked for), `{Qc}` a colour, `{e}` what the text says that bears on
it, `{N}` what was named and the item is not. `{P}` and `{p}` are a share of people; `{it}`, `{them}`, `{has}`, `{are}`
and `{this}` follow the number of a thing, `{bes}` that of a word, `{one}` is a film or a thing, `{text}` a plot or a
description.
"""

MET_IS = (
    "You wanted it {q}, and {it} {has} {e}: {x}",
    "You asked for something {q}; {it} {has} {e}. {X}",
    "{X}. You asked for something {q}, and {it} {has} {e}",
    "{X}. You wanted it {q}; {it} {has} {e}",
    "{It} {has} {e}, and you asked for something {q}: {x0}",
    "{It} {has} {e}, since you wanted something {q}: {x}",
    "{Q}, you said: {x}. {It} {has} {e}",
    "With {Q} in mind: {x}. {It} {has} {e}",
    "{C} {has} {e}, and you wanted it {q}: {x}",
    "There is {e} in it, and you wanted it {q}: {x}",
    "You asked for {Q}, so here is one that has {e}: {x}",
    "Something {q}? {It} {has} {e}: {x}",
    "You wanted {Q}, and this one {has} {e}. {X}",
)
"""A word of the wish that says how the item is to be, and what its text says that bears on it."""
MET_FOR = (
    "You had {q} in mind; {it} {has} {e}: {x}",
    "{X}. You asked for something for {q}, and {it} {has} {e}",
    "With {q} in mind: {x}. {It} {has} {e}",
    "{It} {has} {e}, and you had {q} in mind: {x0}",
    "{X}. You had {q} in mind, and {it} {has} {e}",
    "You asked for {Q}, and {it} {has} {e}: {x}",
    "{Q}, you said: {x}. {It} {has} {e}",
    "{C} {has} {e}, and you had {q} in mind: {x}",
    "You wanted something for {q}; {it} {has} {e}. {X}",
)
"""What the item is to be for, and what its text says that bears on it."""
MET_HAS = (
    "There is {e} in it, and you asked for {qn}: {x}",
    "You asked for {qn}, and there is {e} in it. {X}",
    "{K} with {e} in it, and you asked for {qn}. {X}",
    "{X}. There is {e} in it, and you asked for {qn}",
    "You wanted {qn}; there is {e} in it: {x}",
    "{K} with {e} in it: {x}",
    "{C} is {K}, with {e} in it. {X}",
    "You asked for {qn}: {x}",
)
"""What the item is to have, and what its text has of it."""
DIRECT = (
    "You asked for {qn}: {x}",
    "You wanted {qn}: {x}",
    "{qn}, you said: {x}",
    "With {qn} in mind: {x}",
    "{X}. You asked for {qn}",
    "{qn} is what you asked for: {x}",
    "{C} is {K}; you asked for {qn}. {X}",
    "Your wish was {qn}: {x}",
    "You were looking for {qn}: {x}",
    "You asked for {Q}: {x}",
    "{Q}, you said: {x}",
    "{X}, as you asked",
)
"""Where the item's text has the word of the wish itself, and what is told of it has it."""
PRESENT = (
    "There {bes} {q} in it: {x}",
    "{K} with {q} in it: {x}",
    "{K}, and there {bes} {q} in it. {X}",
    "{C} is {K} with {q} in it. {X}",
    "You asked for {qn}, and there {bes} {q} in it. {X}",
    "{X}. There {bes} {q} in it, as you asked",
    "The {qb} that you asked for {bes} in it: {x}",
)
"""Where the item's text has something that the wish names."""
FURTHER = (
    "You wanted it {q}: {M}. {X0}",
    "You asked for {qn}: {x}. {M}",
    "You asked for {qn}. {X}. {M}",
    "{X0}, as you asked. {M}",
    "{X}, as you asked. {M}",
    "{K}, as you asked. {M}",
    "{qn}, you said. {X}. {M}",
    "{qn}, you said: {x}. {M}",
    "{X}. You wanted it {q}: {M}",
    "{X0}. You asked for {qn}: {M}",
    "You were looking for {Q}: {x}. {M}",
    "With {Q} in mind: {x}. {M}",
    "Your wish was {Q}: {x}. {M}",
    "You wanted {Q}; {this} {V}: {x}. {M}",
    "{M}. You asked for {qn}, and {this} {V}: {x}",
    "{C} is {K}, and you asked for {qn}. {M}",
)
"""Where another sentence of the item's text has the word, `{M}`."""
SILENT = {
    "is": (
        "{It} may not be {q} enough, though",
        "{It} may not be very {q}, though",
        "How {q} {it} {are} is hard to tell",
        "Whether {it} {are} {q} enough is hard to tell",
        "Maybe not {q} enough, though",
    ),
    "has": (
        "Its {text} does not mention {q}",
        "Its {text} says nothing about {q}, though",
        "Whether there {bes} {q} in it, the {text} does not say",
        "The {text} says nothing of {q}",
    ),
    "in": (
        "Its {text} does not mention {q}",
        "The {text} says nothing of {q}",
        "Its {text} says nothing about {q}, though",
    ),
    "for": (
        "Whether {it} {are} right for {q}, the {text} does not say",
        "Its {text} does not mention {q}",
        "Its {text} says nothing about {q}, though",
        "For {q}? The {text} does not say",
        "There is no word of {q} in its {text}, though",
        "Its {text} does not say whether {it} {are} right for {q}",
    ),
}
"""Sentences on a word of the wish that the item's text does not have."""
PERSONAL = (
    "You {chose} {H}, another {ka}",
    "{H}, which you {chose}, is another {ka}",
    "You know {H}, another {ka}",
    "Another {ka}, after {H}",
    "You also {chose} {H}, another {ka}",
    "Another {ka} that you {chose} is {H}",
)
"""Sentences behind a reason by a query, on an item of the history that is of the same kind, `{ka}`."""
UNMET = (
    "{C} is {K} about {A}",
    "{K} about {A} comes nearest",
    "{C} comes near: {K} about {A}",
    "{K}, at least: {x}",
    "{C} is {K}, as you asked. {X}",
    "{K}, as you asked: {x}",
    "You asked for {Q}; this is {K}, at least. {X}",
    "Here is {K}: {x}",
    "{X}. It is {K}, as you asked",
    "{X}, as you asked",
    "You asked for {Q}, and this comes near: {x}",
)
"""Where the item's text has nothing of what the wish says beside kinds; `SILENT` follows."""
UNMET_THING = (
    "{X}. {It} {are} {V}, as you asked",
    "{V}, as you asked: {x}",
    "You asked for {Q}: {x}",
    "{X0}. {It} {has} {rest}, and you asked for {Q}",
    "{Q}, you said: {x}",
    "You wanted {Q}: {x}",
    "With {Q} in mind: {x}",
    "{X0}, in {V} as you asked. {It} {has} {rest}",
    "{X}, in {V} as you asked",
    "Your wish was {Q}, and {this} {V}: {x}",
    "You asked for {Q}; {this} {V}: {x}",
)
REQUESTED = (
    "How about {C}? It is {K}, about {A}",
    "{C} could be it: {K} about {A}",
    "Try {C}, {K} about {A}",
    "For {Q}, try {C}, about {A}",
    "{Q}? Try {C}: it is {K}, about {A}",
    "{C} is about {A}. It is {K}, as you asked",
    "You asked for {Q}. {C} is one, about {A}",
    "You asked for {Q}; here is {K} about {A}",
    "As you asked, here is {K} about {A}",
    "{C} is {K} about {A}",
    "Here is {K}, as you asked: {x}",
    "{C} is {K}, as you asked. {X}",
    "You wanted {Q}: {x}",
    "{Q}, you said: {x}",
    "{X}. It is {K}, as you asked",
    "You asked for {Q}; {C} is {K}: {x}",
    "With {Q} in mind: {x}",
    "{K}, just as you asked: {x}",
    "Your wish was {Q}; here is {K}. {X}",
    "You were looking for {Q}, and {C} is {K}. {X}",
    "You asked for {Q}, so here is {K}: {x}",
)
"""Where the attributes that the wish names are the item's."""
REQUESTED_THING = (
    "You asked for {Q}: {x}",
    "{Q}, you said: {x}",
    "You wanted {Q}, so here is one: {x}",
    "In {V}, as you asked: {x}",
    "You were looking for {Q}: {x}",
    "With {Q} in mind: {x}",
    "{C} is {K}, as you asked: {x}",
    "Here is {K}: {x}",
    "You asked for {Q}, and {this} {V}: {x}",
    "Your wish was {Q}: {x}",
    "{X0}, in {V}. {It} {has} {rest}, and you asked for {Q}",
    "{Q}, you said, and {this} {V}: {x}",
    "{X}. {It} {are} {V}, and you asked for {Q}",
    "{C} is {V}, and you wanted {Q}: {x}",
    "{This} {V}, for you wanted {Q}: {x}",
)
COLOURED = (
    "You wanted something {Qc}, and {this} {V}: {x}",
    "You asked for something {Qc}; {this} {V}: {x}",
    "{This} {V}, and you asked for something {Qc}: {x}",
    "{X}. You asked for something {Qc}, and {this} {V}",
    "{K}, and you asked for something {Qc}: {x}",
    "{C} is {V}, and you wanted something {Qc}: {x}",
    "Something {Qc}, you said, and {this} {V}: {x}",
    "{X0}. {It} {has} {rest}. You asked for something {Qc}, and {this} {V}",
    "Something {Qc} is what you asked for; {this} {V}: {x}",
    "{X}. {It} {are} {V}, and you asked for something {Qc}",
    "In {V}, as you asked: {x}",
    "{V} it is, as you asked: {x}",
)
COLOURED_BARE = (
    "{K}. You asked for something {Qc}",
    "You asked for something {Qc}; this is {K}",
    "{C} is {K}, and you asked for something {Qc}",
    "{K}, and you wanted something {Qc}",
    "Something {Qc}, you said: this is {K}",
)
"""Where the item's colour is one that the wish names: "dark blue" for "blue"."""
ALIKE = (
    "You {chose} {H}; {C} is another {k}, about {A}",
    "After {H}, try {C}, {K} about {A}",
    "Another {k} after {H}: {C} is about {A}",
    "{C} is {K} like {H}, about {A}",
    "For another {k} like {H}, try {C}, about {A}",
    "{C} is about {A}. {H}, which you {chose}, is another {k}",
    "{H} was {K}, and so is {C}, about {A}",
    "You {chose} {H}; here is another {k}, about {A}",
    "After {H}, another {k}: {x}",
    "Another {k} for you after {H}: {x}",
    "Like {H}, this is {K}: {x}",
    "{C} is {K} about {A}. {H}, which you {chose}, is another {k}",
    "{C} is another {k}, like {H}: {x}",
    "You {chose} {H}, and this is another {k}. {X}",
    "{X}. Like {H}, it is {K}",
    "If {H} was your kind of {noun}, here is another {k}: {x}",
    "{X}. You {chose} {H}, another {k}",
    "{H} was {K}, and so is this: {x}",
    "{C} and {H} are both {ks}: {x}",
    "{H} and this one are both {ks}. {X}",
    "You know {H}; this is {K}, too, about {A}",
    "We picked this {k} because you {chose} {H}: {x}",
    "{X}. We picked it because you {chose} {H}, another {k}",
)
ALIKE_THING = (
    "You have {H}, another {k}; {this} {V}: {x}",
    "Like {H}, this is {K}. {It} {has} {rest}",
    "{X0}, in {V}. {It} came up because you {chose} {H}, another {k}",
    "{X}. You {chose} {H}, another {k}",
    "{X}. We picked it because you {chose} {H}, another {k}",
    "{X}, in {V}. {H} is another {k}",
    "{H}, another {k}, is why we picked this: {x}",
    "Because you {chose} {H}, another {k}: {x}",
    "If you like {H}, here is one more: {x}",
    "{X}. We picked it because you {chose} {H}",
    "You {chose} {H}, so here is one more: {x}",
    "{X}, in {V}. {H}, which you {chose}, is why we picked it",
    "You know {H}, another {k}; {this} {V}: {x}",
    "After {H}, another {k}, this: {x}",
    "{X}. Like {H}, it is {K}",
    "You {chose} {H}, another {k}, and that is why we picked this: {x}",
)
UNLIKE = (
    "{C} is {K} about {A}. We picked it because you {chose} {H}",
    "{C} is {K} about {A}, and {H} is why we picked it",
    "You {chose} {H}, and that led to {C}, about {A}",
    "{C}, {K} about {A}, is here because of {H}",
    "{C} is {K} about {A}, here because you {chose} {H}",
    "{C} is {K} about {A}. You may like it, since you {chose} {H}",
    "{C} is {K}. We picked it mostly because you {chose} {H}: {x}",
    "It was {H} that led us to {C}. {X}",
    "{X}. We picked it because you {chose} {H}",
    "{X}. It is here because of {H}, which you {chose}",
    "{X}. {H} is what speaks for it",
    "{X}. It is on your list because you {chose} {H}",
    "{X}. You {chose} {H}, which is why it is here",
    "{X}. It owes its place to {H}, which you {chose}",
    "{X}. Since you {chose} {H}, it is on your list",
    "{X}. You may like it, since you {chose} {H}",
    "{H} is {L}, but it is why we picked this: {x}",
    "You {chose} {H}, {L}, and that is why we picked this: {x}",
    "{H} is {L}, and yet it led us to {C}. {X}",
    "{H} is why we picked this: {x}",
    "Picked because you {chose} {H}: {x}",
    "We picked it mostly because you {chose} {H}: {x}",
    "You {chose} {H}, so we picked this: {x}",
    "You {chose} {H}, and that pointed to {C}. {X}",
    "Here because of {H}: {x}",
    "You {chose} {H}, which put {C} on your list: {x}",
    "{C} is {K}. It owes its place to {H}. {X}",
)
"""Where the cause is of another kind."""
COMMON = (
    "{X}. {H} also has {B} in it",
    "{X}. There is {B} in {H} as well",
    "{X}. There is also {B} in {H}",
    "{X}. {H}, too, has {B} in it",
    "{X}. {H} is another {noun} with {B} in it",
    "{X}. You {chose} {H}; there is {B} in both",
    "{X}. You {chose} {H}, and there is {B} in that one as well",
    "{X}. You {chose} {H}, another {noun} with {B} in it",
    "{H} and this one both have {B} in them: {x}",
    "Both {H} and this {k} have {B} in them: {x}",
    "There is {B} in this {noun} and in {H}: {x}",
    "{C} has {B} in it, and so has {H}. {X}",
    "{H} also has {B} in it: {x}",
    "There is {B} in {H} and in this {k}: {x}",
    "Like {H}, this {k} has {B} in it: {x}",
    "You {chose} {H}, and there is {B} in this one as well: {x}",
    "After {H}, another {k} with {B} in it: {x}",
    "After {H}, here is {K} with {B} in it. {X}",
)
"""Where the item's text and the cause's have something in common, `{B}`."""
KNOWN = (
    "{X}. You know {B} from {H}",
    "You know {B} from {H}: {x}",
    "You know {B} from {H}; here is another {k}: {x}",
    "{B} is in {H}, too: {x}",
    "{X}. {B} is also in {H}",
    "{C} is another {k} with {B}, after {H}. {X}",
    "More of {B} after {H}: {x}",
)
"""Where both name somebody."""
COMPANY = (
    "{P} who {chose} {H} also {chose} {C}, {K} about {A}",
    "{C} is about {A}. {P} who {chose} {H} {chose} it, too",
    "{C} is {K} about {A}, and {p} who {chose} {H} {chose} it, too",
    "{P} who {chose} {H} went on to {C}, {K} about {A}",
    "You {chose} {H}; {p} who did also {chose} {C}, about {A}",
    "{P} who {chose} {H} also {chose} {C}, {K}. {X}",
    "{C} is {K}; {p} who {chose} {H} also {chose} it. {X}",
    "{X}. {P} who {chose} {H} also {chose} it",
    "{P} who {chose} {H} went on to this {k}: {x}",
    "{P} who {chose} {H} {chose} this, too: {x}",
    "You {chose} {H}; {p} who did also {chose} {C}, {K}. {X}",
    "{C} is {K} about {A}. {P} who {chose} {H} {chose} it, too",
    "This {k} was {chose} by {p} who {chose} {H}: {x}",
)
TWO = (
    "{C} is {K} like {H1} and {H2}, about {A}",
    "After {H1} and {H2}, try {C}, another {k}, about {A}",
    "You {chose} {H1} and {H2}, and this is another {k}: {x}",
    "Like {H1} and {H2}, this is {K}: {x}",
    "After {H1} and {H2}, another {k}: {x}",
    "{C} is {K} about {A}. You may like it, since you {chose} {H1} and {H2}",
    "{H1} and {H2} are {ks}, and so is this: {x}",
    "{X}. We picked it because you {chose} {H1} and {H2}",
    "{X}. You {chose} {H1} and {H2}, which is why it is here",
    "{H1} and {H2} led to this {k}: {x}",
    "You {chose} {H1} and {H2}, so we picked {C}, {K}. {X}",
)
SAME = (
    "You have {H} in {O}; here {it} {are} in {V}: {x}",
    "You have {them} in {O}; here {it} {are} in {V}: {x}",
    "{H} comes in {V}, too: {x}",
    "You have {them} in {O} already; how about {V}? {X}",
    "The {T} that you {chose}, now in {V}: {x}",
    "{X}. You have {them} in {O}; {this} {V}",
    "{H} again, in {V}: {x}",
    "{H}, this time in {V}: {x}",
    "How about {H} in {V}? You have {them} in {O}. {X0}",
    "{X0}, now in {V}. You have {them} in {O}",
    "You {chose} {them} in {O}; {this} {V}. {X}",
    "You have {H}; {this} in {V}: {x}",
)
"""Where the item is a title that the person has in another colour."""
AGAIN = (
    "You have {them} in {V} already; in case you want another: {x}",
    "You {chose} {them} in {V} before: {x}",
    "{X}. You have {them} in {V} already",
    "This is one that you have in {V} already: {x}",
    "You have {them} in {V}. Another one? {X}",
)
"""Where the item is a title that the person has in the same colour."""
WEAK = (
    "A guess, as little in your history speaks for it: {x}",
    "Take it as a guess: {x}",
    "{H} is only a faint hint of it: {x}",
    "Your history says little about this one: {x}",
    "The link to {H} is faint: {x}",
    "Take {C} as a guess, {K}. {X}",
    "{X}. Your history says little about it",
)
MISSED = (
    "Not {N}, but {K}: {x}",
    "It is not {N}, but {K}. {X}",
    "{K}, though not {N}: {x}",
    "You asked for {N}; this is {K}, though. {X}",
    "{X}. It is {K}, though, not {N}",
)
"""Where the query names a colour, a category or a genre, and the item has others."""
MISSED_KIND = (
    "You asked for {N}; this is something else: {x}",
    "{X}. It is not {N}, though",
    "{X}. You asked for {N}, but this is something else",
    "Something else than {N}: {x}",
)
MISSED_THING = (
    "Not {N}, but {V}: {x}",
    "You asked for {N}; {this} {V}, though: {x}",
    "{This} {V}, though not {N}: {x}",
)
BUT = (
    "{K}, as you asked, though from the {D}: {x}",
    "{C} is {K}, as you asked, though from the {D}. {X}",
    "Here is {K}, as you asked, though from the {D}. {X}",
    "{X}. It is {K}, as you asked, though from the {D}",
    "{C} is {K} about {A}, though from the {D}",
)
"""Where the query names a decade, and the item is of another."""
UNSAYABLE = (
    "We picked it for your wish: {x}",
    "Here because of your wish: {x}",
    "{K}, which we picked for your wish: {x}",
    "It is {K}, and we picked it for your wish. {X}",
    "{X}. We picked it for your wish",
)
"""Where a query names nothing of the item, and cannot be said back in a sentence."""
PLAIN = {
    "query, said back": ("You asked for {Q}, and this is {K}", "You asked for {Q}; we picked {C}, {K}"),
    "query": (
        "You asked for {Q}, and this is {K}", "You asked for {Q}; we picked {C}, {K}", "You asked for {K}; {C} is one",
        "You wanted {K}, and this is one", "{C} is {K}, as you asked", "Here is {K}, as you asked",
        "{K}, just as you asked",
    ),
    "query, partly": ("You asked for {Q}; this is {K}, at least", "You asked for {Q}; close to it is {K}"),
    "alike": (
        "You {chose} {H}, and this is another {k}", "After {H}, another {k}", "Much like {H}, it is {K}",
        "Like {H}, this is {K}", "If {H} was your kind of {noun}, here is another {k}", "{H} was {K}; so is this",
        "{C} and {H} are both {ks}", "We picked it because you {chose} {H}, another {k}",
    ),
    "two": ("Like {H1} and {H2}, this is {K}", "{C} is {K}, here because of {H1} and {H2}"),
    "same": ("The {T} that you {chose}, now in {V}", "{H} again, in {V}", "You have {H}; this one is in {V}",
             "You have {them} in {O}; here {it} {are} in {V}"),
    "company": ("{P} who {chose} {H} also {chose} {C}, {K}", "{C} is {K}; {p} who {chose} {H} also {chose} it"),
    "led": (
        "You {chose} {H}; this one is {K}", "Since you {chose} {H}, here is {K}",
        "{C} is {K}, here because you {chose} {H}",
        "We picked it mostly because you {chose} {H}. It is {K}", "You {chose} {H}, so we picked this. {X}",
        "You {chose} {H}, so we picked this",
    ),
    "weak": (
        "A guess, as little in your history speaks for it: {K}",
        "Take it as a guess: {K}",
        "{H} is only a faint hint of it. It is {K}",
        "Your history says little about this one. It is {K}",
        "The link to {H} is faint. It is {K}",
    ),
    "missed": (
        "Not {N}, but {K}",
        "It is not {N}, but {K}",
        "{K}, though not {N}",
        "You asked for {N}; this is {K}, though",
    ),
    "but": (
        "{K}, as you asked, though from the {D}",
        "{C} is {K}, as you asked, though from the {D}",
    ),
    "unsayable": (
        "We picked it for your wish: {K}",
        "{K}, which we picked for your wish",
    ),
}  # fmt: skip
"""Where the item has no text of its own, or none that can be said."""

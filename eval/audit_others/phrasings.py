"""How planted sentences are worded: every other phrasing is kept for the closed half; `ROUNDS` came later.

Slots: `{U}`/`{u}` the user, `{poss}` theirs, `{have}` and `{bought}` in the user's number and the catalogue's verb, `{noun}`
"book" or "place", `{A}` and `{B}` titles, and what each kind names.
"""

HALVES = ("open", "closed")
SETS = (*HALVES, "round 1", "round 2", "round 3")
"""Sets of phrasings."""

HISTORY = (
    "This is recommended because {u} {bought} {A}.",
    "{U} {bought} {A}, which is why this {noun} fits.",
    "Having {bought} {A}, {u} would find this one a natural next step.",
    "It follows from {poss} {purchase} of {A}.",
    "Since {u} already {bought} {A}, this {noun} should please as well.",
    "{U} {have} {A} among {poss} past {purchase}s.",
    "Based on {poss} history with {A}, this {noun} is a good match.",
    "The recommendation builds on {A}, which {u} {bought} earlier.",
)
LAST = (
    "{Poss} last {purchase} was {A}.",
    "Most recently, {u} {bought} {A}.",
    "{A} is the latest {noun} {u} {bought}.",
    "The most recent {noun} in {poss} history is {A}.",
)
BEFORE = (
    "{U} {bought} {A} before {B}.",
    "{A} came ahead of {B} in {poss} history.",
    "{B} was {bought} after {A}.",
    "First {u} {bought} {A}, later {B}.",
)
BUYERS = (
    "{n} people {bought} this {noun}.",
    "This {noun} was {bought} by {n} users.",
    "It has been {bought} by {n} people.",
    "There are {n} users who {bought} it.",
)
SHARED = (
    "Of those who {bought} {A}, {p} percent {bought} this one too.",
    "{p}% of the people with {A} in their history have this {noun} too.",
    "About {p} percent of the people who {bought} {A} also {bought} this {noun}.",
    "Among users who {bought} {A}, {p}% went on to this {noun}.",
)
MOST = (
    "Most people who {bought} {A} also {bought} this {noun}.",
    "Nearly everyone who {bought} {A} {bought} it as well.",
    "The majority of those who {bought} {A} {bought} this one, too.",
    "Almost all users with {A} in their history have this {noun}.",
)
FEW = (
    "Few people who {bought} {A} also {bought} this {noun}.",
    "Hardly anyone who {bought} {A} {bought} it as well.",
    "Only a minority of those who {bought} {A} {bought} this one, too.",
    "Few users with {A} in their history have this {noun}.",
)
ONLY_OF_USER = (
    "{A} is the only {noun} {u} {have} {bought}.",
    "{U} {have} {bought} nothing but {A} so far.",
    "{U} {have} never {bought} any {noun} besides {A}.",
    "The only {noun} in {poss} history is {A}.",
)
ONLY_BUYER = (
    "Nobody else has {bought} this {noun}.",
    "No one but {u} has ever {bought} it.",
    "{U} would be the only one to have {bought} it.",
    "So far no other user has {bought} this {noun}.",
)
ONLY_OF_AUTHOR = (
    "It is the only {noun} by {author} in the catalogue.",
    "No other {noun} in the catalogue is by {author}.",
    "The catalogue has no other {noun} by {author}.",
    "{author} has only this one {noun} in the catalogue.",
)
ONLY_OF_NAME = (
    "It is the only {author} in the catalogue.",
    "There is no other {author} in the catalogue.",
    "The catalogue has no other {author}.",
    "{author} has only this one branch in the catalogue.",
)
MORE = (
    "More people {bought} {A} than {B}.",
    "{A} has been {bought} more often than {B}.",
    "{A} is more popular than {B}.",
    "Fewer people {bought} {B} than {A}.",
    "{B} is less popular than {A}.",
    "{B} has fewer {buyers} than {A}.",
)
SETTING = (
    "The story is set in {P}.",
    "It takes place in {P}.",
    "The setting is {P}.",
    "The plot unfolds in {P}.",
)
LOCATION = (
    "It is located in {P}.",
    "This {noun} lies in the heart of {P}.",
    "The place is in {P}.",
    "{U} will find it in {P}.",
)
VOLUME = (
    "It is volume {n} of the series.",
    "This is book {n} of its series.",
    "It is the {nth} book in the series.",
    "As the {nth} installment, it goes on with the series.",
)
COUNTED = (
    "{U} {have} {bought} {n} {noun}s so far.",
    "There are {n} {noun}s in {poss} history.",
    "{U} {bought} {n} {noun}s before this one.",
    "{Poss} history holds {n} {noun}s.",
)
LACKS = (
    "It does not offer {c}.",
    "There is no {c} here.",
    "It lacks {c}.",
    "It comes without {c}.",
    "It has nothing to do with {c}.",
    "Do not expect any {c}.",
    "It is not for fans of {c}.",
    "There is not a trace of {c} in it.",
)
HAS = (
    "It does offer {c}.",
    "There is {c} here.",
    "It has {c}.",
    "It comes with {c}.",
    "It has to do with {c}.",
    "Do expect some {c}.",
    "It is for fans of {c}.",
    "There is more than a trace of {c} in it.",
)
CONTENT = (
    "It is made for fans of {c}.",
    "Those who enjoy {c} are its audience.",
    "What it offers is {c}.",
    "Its strength is {c}.",
)
DISLIKE = (
    "Fans of {c} would hate it.",
    "Fans of {c} should avoid it.",
    "Fans of {c} would be disappointed by it.",
    "Fans of {c} would not enjoy it.",
)
LIKE = (
    "Fans of {c} would love it.",
    "Fans of {c} should try it.",
    "Fans of {c} would be delighted by it.",
    "Fans of {c} would enjoy it.",
)
_ROUND_1 = {
    HISTORY: (
        "Remember {A}? {U} {bought} it, so this {noun} should be right.",
        "After {A}, which {u} {bought} some time ago, this {noun} is the obvious choice.",
        "It resembles {A}, a {noun} that {u} {bought} before.",
        "Anyone who, like {u}, {bought} {A} will be glad of this {noun}.",
    ),
    LAST: (
        "The {noun} that {u} {bought} last was {A}.",
        "{A} closes {poss} history so far.",
        "{U} only just {bought} {A}, with nothing since.",
    ),
    BEFORE: (
        "When {u} {bought} {B}, {A} had already been {bought}.",
        "{U} turned to {B} once {A} had been {bought}.",
        "{A} was earlier in {poss} history than {B}.",
    ),
    BUYERS: (
        "Some {n} people have {bought} this {noun} to date.",
        "With {n} {buyers} so far, this {noun} is well known.",
        "As many as {n} users {bought} it.",
    ),
    SHARED: (
        "Of all who {bought} {A}, {p} in a hundred {bought} this {noun} as well.",
        "{p} percent of the {buyers} of {A} are {buyers} of this {noun} too.",
        "This {noun} is shared by {p}% of the users who {bought} {A}.",
    ),
    MOST: (
        "Whoever {bought} {A} has nearly always {bought} this {noun}.",
        "More often than not, people who {bought} {A} {bought} this {noun}.",
        "Three quarters of those who {bought} {A} {bought} this {noun}.",
    ),
    FEW: (
        "Whoever {bought} {A} has hardly ever {bought} this {noun}.",
        "More often than not, people who {bought} {A} did without this {noun}.",
        "Less than a third of those who {bought} {A} {bought} this {noun}.",
    ),
    ONLY_OF_USER: (
        "Apart from {A}, {u} {have} {bought} no {noun} at all.",
        "{A} is all that {u} {have} {bought}.",
        "{Poss} history consists of {A} alone.",
    ),
    ONLY_BUYER: (
        "{U} would be its first and only {buyer}.",
        "Not one other user has {bought} this {noun}.",
        "It has not been {bought} by anybody else.",
    ),
    ONLY_OF_AUTHOR: (
        "Of {author}, the catalogue holds nothing else.",
        "Nothing else by {author} is in the catalogue.",
        "Among all {noun}s of the catalogue it alone is by {author}.",
    ),
    ONLY_OF_NAME: (
        "Of all places called {author}, the catalogue holds just one.",
        "Nothing else in the catalogue goes by {author}.",
        "The catalogue lists {author} a single time.",
    ),
    MORE: (
        "{A} found more {buyers} than {B}.",
        "{B} trails {A} in popularity.",
        "In numbers of {buyers}, {A} beats {B}.",
        "Compared with {B}, {A} was {bought} by more people.",
    ),
    SETTING: (
        "Readers are taken to {P}.",
        "{P} is where it all happens.",
        "Its story plays out in {P}.",
        "The {noun} is set in the {P} area.",
    ),
    LOCATION: (
        "{P} is where it stands.",
        "Anyone in {P} can drop by.",
        "It sits right in {P}.",
        "Among the {noun}s in {P} this one stands out.",
    ),
    VOLUME: (
        "This one comes {nth} in the series.",
        "It is number {n} of the series.",
        "Within the series, this is the {nth} one.",
    ),
    COUNTED: (
        "So far {n} {noun}s have been {bought} by {u}.",
        "With {n} {noun}s {bought} already, {u} should know what to expect.",
        "{Poss} {n} earlier {purchase}s point to it.",
    ),
    LACKS: (
        "Nobody should look for {c} in it.",
        "One thing it is not about is {c}.",
        "{U} will look in vain for {c}.",
        "It has no {c} whatsoever.",
    ),
    HAS: (
        "Anybody should look for {c} in it.",
        "One thing it is about is {c}.",
        "{U} will not look in vain for {c}.",
        "It has {c} for sure.",
    ),
    CONTENT: (
        "It is all about {c}.",
        "Its charm lies in {c}.",
        "At its core it is {c}.",
        "It caters to lovers of {c}.",
    ),
    DISLIKE: (
        "Lovers of {c} will find nothing here.",
        "It would leave fans of {c} cold.",
        "Those who enjoy {c} had better stay away.",
    ),
    LIKE: (
        "Lovers of {c} will find a lot here.",
        "It would win over fans of {c}.",
        "Those who enjoy {c} had better not miss it.",
    ),
}
_ROUND_2 = {
    HISTORY: (
        "It was {A}, {bought} by {u} not long ago, that led to this {noun}.",
        "{U} knows {A} from an earlier {purchase}; this {noun} is close to it.",
        "Given that {A} has already been {bought}, {u} can trust this {noun}.",
    ),
    LAST: (
        "Nothing was {bought} by {u} after {A}.",
        "{Poss} latest choice fell on {A}.",
        "{U} finished with {A}.",
    ),
    BEFORE: (
        "{Poss} way led from {A} to {B}.",
        "By the time of {B}, {u} had {bought} {A}.",
        "{A}, then {B}: that is how {u} {bought} them.",
    ),
    BUYERS: (
        "{n} others have this {noun} on their list.",
        "It counts {n} {buyers}.",
        "No fewer than {n} people chose this {noun}.",
    ),
    SHARED: (
        "Take the people who {bought} {A}: {p} percent of them have this {noun}.",
        "For {p}% of those with {A}, this {noun} followed.",
        "Having {bought} {A}, {p} percent of users {bought} this {noun}.",
    ),
    MOST: (
        "People with {A} tend to have this {noun}, four out of five do.",
        "Almost everybody who {bought} {A} owns up to this {noun}.",
        "The great majority with {A} also {bought} it.",
    ),
    FEW: (
        "People with {A} seldom have this {noun}.",
        "Almost nobody who {bought} {A} owns up to this {noun}.",
        "The great majority with {A} never {bought} it.",
    ),
    ONLY_OF_USER: (
        "Before this, {u} {bought} {A} and that was it.",
        "{Poss} one and only {purchase} is {A}.",
        "If it were not for {A}, {poss} history would be empty.",
    ),
    ONLY_BUYER: (
        "To this day nobody has {bought} this {noun} but {u}.",
        "{U} stands alone in having {bought} it.",
        "This {noun} is one that no user but {u} has {bought}.",
    ),
    ONLY_OF_AUTHOR: (
        "{author} is represented in the catalogue by this {noun} only.",
        "The sole {noun} by {author} in the catalogue is this one.",
        "Whoever looks for {author} in the catalogue finds this {noun} and no more.",
    ),
    ONLY_OF_NAME: (
        "{author} occurs in the catalogue only once.",
        "The sole {author} in the catalogue is this one.",
        "Whoever looks for {author} in the catalogue finds this one and no more.",
    ),
    MORE: (
        "{A} is the more popular of the two, ahead of {B}.",
        "{B} was {bought} less often than {A}.",
        "{A} reached a larger number of users than {B}.",
    ),
    SETTING: (
        "The action takes the reader through {P}.",
        "We are in {P} for most of the {noun}.",
        "{P} is its scene.",
    ),
    LOCATION: (
        "Its address is in {P}.",
        "It is one of the better {noun}s in {P}.",
        "People from all over come to {P} for it.",
    ),
    VOLUME: (
        "In its series it has number {n}.",
        "Here the series reaches its {nth} volume.",
        "It makes up the {nth} part of the series.",
    ),
    COUNTED: (
        "{U} can look back on {n} {noun}s.",
        "{n} is the number of {noun}s that {u} {have} {bought}.",
        "It would come on top of the {n} {noun}s {u} {have} {bought}.",
    ),
    LACKS: (
        "You get everything here except {c}.",
        "What it misses is {c}.",
        "It is short of {c}, in fact there is none.",
    ),
    HAS: (
        "You get everything here, even {c}.",
        "What it has is {c}.",
        "It is full of {c}, in fact there is plenty.",
    ),
    CONTENT: (
        "Come for {c}.",
        "It stands for {c}.",
        "Whoever is after {c} is right here.",
    ),
    DISLIKE: (
        "It is bound to disappoint fans of {c}.",
        "Nobody who likes {c} would want it.",
        "Fans of {c} would find it a bore.",
    ),
    LIKE: (
        "It is bound to please fans of {c}.",
        "Anybody who likes {c} would want it.",
        "Fans of {c} would find it a joy.",
    ),
}
_ROUND_3 = {
    HISTORY: (
        "{U} picked up {A} earlier and will find the same spirit here.",
        "You can tell from {poss} {purchase} of {A} that this {noun} suits.",
        "Having enjoyed {A} already, {u} will be at home in this {noun}.",
    ),
    LAST: ("{A} is what {u} {bought} most recently.", "The newest entry in {poss} history is {A}."),
    BEFORE: ("{U} {bought} {A} earlier than {B}.", "{U} {bought} {A} and went on to {B} afterwards."),
    BUYERS: ("Already {n} users have {bought} it.", "This {noun} has won over {n} people."),
    SHARED: (
        "{p}% of users who {bought} {A} made this {noun} their next {purchase}.",
        "Users of {A} {bought} this {noun} in {p} percent of cases.",
    ),
    MOST: ("Those who {bought} {A} usually {bought} this {noun}.", "By far most {buyers} of {A} have this {noun}."),
    FEW: ("Those who {bought} {A} rarely {bought} this {noun}.", "Very few {buyers} of {A} have this {noun}."),
    ONLY_OF_USER: ("Except for {A}, {poss} history is empty.", "{A} is the one {noun} {u} {have} ever {bought}."),
    ONLY_BUYER: ("Nobody apart from {u} has {bought} it.", "It would have {u} as its sole {buyer}."),
    ONLY_OF_AUTHOR: (
        "There is just one {noun} by {author} in the catalogue, this one.",
        "In this catalogue {author} appears with no further {noun}.",
    ),
    ONLY_OF_NAME: (
        "There is just one {author} in the catalogue, this one.",
        "In this catalogue {author} appears with no further branch.",
    ),
    MORE: ("{A} is bigger with the public than {B}.", "{A} draws more people than {B} does."),
    SETTING: ("Set against the backdrop of {P}, it is vivid.", "Most of it happens in {P}."),
    LOCATION: ("It is a {P} institution.", "The {noun} can be found in {P}."),
    VOLUME: ("It is the series' {nth} installment.", "As volume {n}, it continues the series."),
    COUNTED: ("{U} already {have} {n} {noun}s in the history.", "{Poss} record shows {n} {noun}s."),
    LACKS: ("Sadly, it does not have {c}.", "{U} should not expect {c} from it.", "It avoids {c} altogether."),
    HAS: ("Happily, it does have {c}.", "{U} should expect {c} from it.", "It offers {c} in plenty."),
    CONTENT: ("It is known for {c}.", "It appeals to people who love {c}.", "{U} will enjoy its {c}."),
    DISLIKE: ("It is no {noun} for fans of {c}.", "Fans of {c} will not like it.", "It lets fans of {c} down."),
    LIKE: ("It is a {noun} for fans of {c}.", "Fans of {c} will like it.", "It cheers fans of {c} up."),
}
ROUNDS = {"round 1": _ROUND_1, "round 2": _ROUND_2, "round 3": _ROUND_3}
"""Phrasings of each list that were written when the audit was built, and measured at once. It was mended by the first two."""
TURNED = {
    "captivating": ("tedious", "gripping"), "engaging": ("boring", "absorbing"), "compelling": ("dull", "gripping"),
    "well-developed": ("flat", "rounded"), "friendly": ("rude", "kind"), "delicious": ("bland", "tasty"),
    "great": ("terrible", "excellent"), "good": ("poor", "fine"), "clean": ("filthy", "tidy"),
    "excellent": ("dreadful", "superb"), "beautiful": ("ugly", "lovely"), "fresh": ("stale", "crisp"),
    "helpful": ("unhelpful", "supportive"), "enjoyable": ("annoying", "pleasant"), "fast": ("slow", "quick"),
    "fun": ("tiresome", "amusing"), "gripping": ("monotonous", "compelling"), "intriguing": ("uninspired", "fascinating"),
    "pleasant": ("unpleasant", "agreeable"), "cozy": ("uncomfortable", "snug"), "tasty": ("tasteless", "delicious"),
    "convenient": ("inconvenient", "handy"), "satisfying": ("disappointing", "rewarding"),
    "well-written": ("badly written", "well-crafted"), "heartwarming": ("depressing", "touching"),
    "thought-provoking": ("shallow", "stimulating"), "unique": ("hackneyed", "distinctive"),
    "wonderful": ("awful", "marvellous"), "amazing": ("horrible", "astonishing"), "fascinating": ("dreary", "intriguing"),
}  # fmt: skip
"""Word of a text -> its opposite, and (for the true twin) another word for it; every other entry for a half."""
OTHER_MEDIA = ("album", "film", "video game", "jigsaw puzzle", "TV show", "song", "board game", "magazine")
"""What a book is not, for a catalogue of books."""

PLACES = (
    "San Diego", "Los Angeles", "San Francisco", "Sacramento", "Santa Barbara", "Pasadena", "Long Beach", "Oakland",
    "San Jose", "Palm Springs", "Fresno", "Anaheim", "Santa Monica", "Hollywood", "Malibu", "Monterey", "Berkeley",
    "Huntington Beach", "Santa Ana", "Santa Cruz", "Burbank", "Bakersfield", "Riverside", "Torrance", "Glendale", "Napa",
    "Irvine", "Chino Hills", "Ontario", "Temecula", "Carlsbad", "Escondido", "La Jolla", "Venice", "Palo Alto", "Fremont",
    "London", "Paris", "New York", "Boston", "Chicago", "Texas", "Alaska", "Montana", "Virginia", "Ireland", "Scotland",
    "England", "France", "Germany", "Japan", "China", "India", "Rome", "Dublin", "Kentucky", "Mississippi", "New Orleans",
    "Washington", "Hawaii", "Iraq", "Berlin", "Spain", "Australia", "Canada", "Russia", "Egypt", "Africa", "Wyoming",
    "Georgia", "Seattle", "Tennessee", "Niagara Falls", "Havana", "Victorian London", "Las Vegas", "Solvang", "Beverly Hills",
)  # fmt: skip
"""Where a text may say that an item is."""


def of_set(phrasings: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The phrasings of a set, one of `SETS`."""
    return ROUNDS[name][phrasings] if name in ROUNDS else phrasings[SETS.index(name) :: 2]

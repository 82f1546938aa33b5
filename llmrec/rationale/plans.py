"""The phrasing plans: frames and tails with slots, for `llmrec.rationale.phrasing`.

`{H}` stands for the cited history titles, `{C}` for the recommended item, `{S}` for shared attributes, `{Q}` for what
the query names, `{M}` for an input that helped, `{K}` for what the item is and was measured to be liked for ("a
comedy"), `{T}` for attributes seen in media, with where they show, and `{LIFTED}`, `{ROSE}`, `{RESTS_ON}` for the
phrases of `llmrec.verification.grammar`. A plan must read well with any filling and must claim nothing that is not in
the brief.
"""

CAUSAL = (
    "{H} {LIFTED}",
    "You {chose} {H}, which {LIFTED}",
    "Your history with {H} {LIFTED}",
    "Having {chose} {H} {LIFTED}",
    "It was {H} that {LIFTED}",
    "Because you {chose} {H}, {C} {ROSE}",
    "Since you {chose} {H}, {C} {ROSE}",
    "With {H} in your history, {C} {ROSE}",
    "Thanks to {H}, {C} {ROSE}",
    "You {chose} {H}, so {C} {ROSE}",
    "Given {H}, {C} {ROSE}",
    "Starting from {H}, {C} {ROSE}",
    "In your history, {H} {LIFTED}",
    "You once {chose} {H}; that {LIFTED}",
)
COUNTERFACTUAL = (
    "Without {H}, {C} would score lower",
    "Were {H} left out, {C} would score lower",
    "Had you skipped {H}, {C} would score lower",
    "Without {H} in your history, {C} would lose ground",
)
RANKED = (
    "Of all you {chose}, {H} counted most for {C}",
    "In your history, {H} spoke loudest for {C}",
    "The biggest push from your history came from {H}",
    "{H} {LIFTED} more than anything else you {chose}",
    "Of your history, {H} did most for {C}",
)
COMPARED = (
    "{H1} counted for {C} more than {H2}",
    "{C} owes more to {H1} than to {H2}",
    "{H1} spoke louder for {C} than {H2}",
)
ITEM = (
    "{C} {RESTS_ON} {H}",
    "{C} {RESTS_ON} {H}",
    "{C} would score lower without {H}",
    "What lifted {C} was {H}",
    "Behind {C} you will find {H}",
    "The reason for {C} is {H}",
    "The case for {C} rests on {H}",
    "The score of {C} leans on {H}",
    "Here is {C}, thanks to {H}",
    "We picked {C} because you {chose} {H}",
    "{C} {ROSE} once you {chose} {H}",
    "For {C}, credit {H}",
)
LINK = (
    "{S} tied {C} to {H}",
    "{S} linked {C} with {H}",
    "{S} connected {C} with {H}",
    "The link between {C} and {H} is {S}",
    "{C} shares {S} with {H}, which you {chose}",
    "Like {H}, {C} offers {S}",
    "As with {H}, {C} brings {S}",
    "What {C} shares with {H} is {S}",
    "{C} picks up {S} from {H}",
    "The common thread from {H} to {C} is {S}",
    "{C} has {S} in common with {H}, which {LIFTED_IT}",
    "Shared with {H}: {S}, and that {LIFTED}",
    "From {H} to {C}, the bridge is {S}",
)
QUERY = (
    "You asked for {Q}, and {C} has it",
    "Your wish for {Q} {LIFTED}",
    "{C} meets your wish for {Q}",
    "{C} answers your wish for {Q}",
    "{C} brings {Q} as you wished",
    "{C} {ROSE} because you asked for {Q}",
    "Since you asked for {Q}, {C} {ROSE}",
    "Your wish was {Q}, and {C} brings it",
    "With {Q} on your mind, {C} {ROSE}",
)
QUERY_UNNAMED = (
    "Your wish {LIFTED}",
    "{C} {ROSE} because of your wish",
    "Without your wish, {C} would score lower",
)
QUERY_THEN = (
    ", and {H} {LIFTED_IT}",
    "; {H} {LIFTED_IT} too",
    ". {H} from your history {LIFTED_IT} as well",
    ", while {H} {LIFTED_IT}",
    ", with {H} behind it",
    ". It also {RESTS_ON} {H}",
    ", and you {chose} {H} before",
)
TRAIT = (
    "{C} {ROSE} because of {T}",
    "{C} {ROSE} thanks to {T}",
    "It was {T} that {LIFTED}",
    "What lifted {C} was {T}",
    "The reason for {C} is {T}",
    "The case for {C} rests on {T}",
    "Behind {C} you will find {T}",
    "The score of {C} leans on {T}",
    "Here is {C}, thanks to {T}",
    "For {C}, credit {T}",
    "{C} {ROSE} for {T}",
    "Without {T}, {C} would score lower",
)
TAIL_TRAIT = (
    "; {H} from your history has {THEM} too",
    ". You {chose} {H}, which has {THEM} too",
    "; you {chose} {H}, and it has {THEM} too",
    ". {H}, which you {chose}, has {THEM} as well",
    ", as {H} has {THEM} too",
)
MODALITY = (
    "It was the {M} that {LIFTED}",
    "{C} {ROSE} thanks to its {M}",
    "Its {M} {LIFTED}",
)
DOUBT = (
    "The link is faint, but {H} {LIFTED} a little",
    "{H} only hinted at {C}",
    "{H} gave {C} a faint push",
    "{C} is a tentative pick, nudged by {H}",
    "With little to go on, {H} {LIFTED}",
    "A tentative pick: {C} {RESTS_ON} {H}",
    "This is a guess: {H} {LIFTED}",
    "Take {C} as a guess, nudged by {H}",
    "Only a thin thread leads from {H} to {C}",
    "{H} nudged {C} up, though only faintly",
    "We are unsure here: {H} {LIFTED} a little",
    "The evidence for {C} is thin: {H} {LIFTED} a little",
    "If {H} counts at all, it {LIFTED} a little",
)
NOTHING = (
    "Your history says little about {C}, so take it as a guess",
    "{C} is a guess, as your history says little about it",
    "The evidence for {C} is thin, so take it as a guess",
    "With little to go on, {C} is a tentative pick",
)

TAIL_SHARED = (
    ", and they share {S}",
    "; they share {S}",
    ", with {S} in common",
    "; {S} {IS} the common thread",
    ". The common ground is {S}",
    "; what they share is {S}",
    ". They share {S}",
    ": the link is {S}",
    ". What ties them is {S}",
    ", as they share {S}",
)
TAIL_CAUSE = (" through {S}", " by way of {S}", " on the strength of {S}", ", {S} being the link")
TAIL_HELP = (
    ", and its {M} helped",
    "; its {M} added weight",
    ". Its {M} helped too",
    ". Its {M} counted as well",
    ", and its {M} did its part",
    ". The {M} added to the score",
    "; the {M} spoke for it too",
    ", and the {M} added weight",
)
TAIL_KIND = (
    ". It is {K}, which counted too",
    ". It is {K}, and that helped",
    "; it is {K}, and that added weight",
)
TAIL_QUERY = (
    ", and it answers your wish for {Q}",
    ". It also answers your wish for {Q}",
    "; you asked for {Q}",
    ", and you asked for {Q}",
)

"""What a line of a conversation means: its intent, the conditions that it states, the items that it refers to.

Rules read years, prices, exclusions and commands (`rules`, `conditions`, `quantities`, `references`), with the words of
the catalogue at hand (`lexicon`). A chat model may read a line beside them (`proposals`, `chat_model`): what
it proposes can narrow what the rules read and never widen it.
"""

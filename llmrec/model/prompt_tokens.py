"""The words around the soft tokens, as token ids of the base LLM."""

from pathlib import Path
from typing import Any

from llmrec.prompts import render


class PromptWords:
    """Tokenised `prompts/recommend`: the instruction before the history and the wish after it."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self.before = tuple(tokenizer(render("recommend", part="before"), add_special_tokens=False).input_ids)

    @classmethod
    def load(cls, base: Path) -> "PromptWords":
        """With the tokenizer of the HF model in `base`."""
        from transformers import AutoTokenizer

        return cls(AutoTokenizer.from_pretrained(base))

    def query_tokens(self, query: str) -> tuple[int, ...]:
        """Token ids of the words after the history; empty for an empty query."""
        if not query.strip():
            return ()
        text = render("recommend", part="after", query=query)
        return tuple(self.tokenizer(text, add_special_tokens=False).input_ids)

"""The recommender's LLM: soft tokens, prompt, heads and checkpoints."""

from llmrec.runtime import configure

configure()

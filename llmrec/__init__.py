"""llmrec: an LLM-centric generative recommender with explanations that are checked against evidence."""

__version__ = "0.1.0"

"""Splits, metrics and intervals: one implementation, for training, `llmrec evaluate` and the studies; no model."""

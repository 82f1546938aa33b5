"""Sentences from evidence: a brief, the LLM's sentence, and plain ones by rule."""

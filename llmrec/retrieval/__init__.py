"""Candidates: the vector index, its versions, and filters on attributes. Knows no model and no score."""

from llmrec.runtime import configure

configure()

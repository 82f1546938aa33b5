"""Measurements of llmrec against peers and against itself; results are committed under eval/results/."""

"""Ranking quality under one referee: llmrec, its peers and its ablations, a row each.

`python -m eval.ranking --help` runs it; `record_row` files a ranking made elsewhere (on a GPU machine, say).
"""

from eval.ranking.record import record_row

__all__ = ["record_row"]

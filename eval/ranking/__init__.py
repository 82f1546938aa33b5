"""Ranking quality under one referee: llmrec, its peers and its ablations, one JSON row a cell.

`python -m eval.ranking --help` runs it; `record_cell` files a ranking made elsewhere (on a GPU machine, say).
"""

from eval.ranking.cells import record_cell

__all__ = ["record_cell"]

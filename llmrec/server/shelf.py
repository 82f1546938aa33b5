"""The items as they are offered now: the folder's, with the changes of the store on top."""

from llmrec.recommend import Recommender


class Shelf:
    """Holds the recommender of this moment; whoever answers takes it once and keeps it to the end of the answer."""

    def __init__(self, recommender: Recommender) -> None:
        self.recommender = recommender

    @property
    def offered(self) -> frozenset[str]:
        """Ids of the items that may be asked for."""
        return frozenset(self.recommender.catalog.row)

"""The words that items are described by: which of them a query names, and which a history keeps coming back to.

A sentence vector says what a text is about and loses its single words, such as a colour or a pattern. Here words count
one by one: a query is matched by BM25, a history by the cosine of its TF-IDF vectors, newer items counting more.

References
----------
Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009, Foundations and Trends in
Information Retrieval 3); the idf is Lucene's, which is never negative.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from llmrec.catalog.events import Rows
from llmrec.catalog.types import Item
from llmrec.catalog.wording import without_purpose, without_refused
from llmrec.ranking.recency import recency_weights
from llmrec.ranking.score_component import (
    HISTORY_TERMS,
    LLM,
    QUERY_TERMS,
    WORDS,
    ComponentKey,
    Floats,
    InBatches,
    ItemRows,
    ScoringBatch,
)

SATURATION, LENGTH = 1.2, 0.75
"""k1 and b of BM25: the usual ones; others did no better on held-out queries of MovieLens-100K and H&M."""
LISTED, TELLING = 5000, 32
"""Most items that are compared to find those with a query's or a history's words, the rare words' first; and how many
of a history's words are looked up."""

STEM, PART = 5, 0.5
"""A word of so many letters counts by its first ones too, half as much: "animated" then finds Animation, "skirts" a
skirt (NDCG@10 by words alone of 1,500 queries composed of items' own words, as they are and with nouns in the plural:
`python -m eval.query_words`)."""
FOREIGN, OWN = 0.3, 0.7
"""Coverage (`Terms.coverage`) up to which a query is in other words than the catalogue's, and from which it is in its
own. Chosen on MovieLens-100K and H&M by the open half of `eval.other_words` and by composed queries of the valid part
in phrasings of neither training nor test ("my sister keeps asking about ..."): within 0.02 of the best found for either
kind. Words counted by their idf do worse: "friend" and "ideally", which no item has, outweigh what is asked for."""
PURPOSE = 0.1
"""What a word counts that says what something is for ("for summer"), as few titles have it, and by chance: under twenty
such queries for clothes 0.90 of the first ten have the colour or pattern that is named (`python -m eval.query_words`);
where it counted whole, and before other forms of a value were read, 0.72."""
REQUEST = frozenset(
    ("film", "films", "movie", "movies", "show", "item", "items", "product", "products", "book", "books", "want",
     "wants", "wanted", "looking", "look", "like", "please", "recommend", "suggest", "tonight", "today", "fancy",
     "feel", "feeling", "mood", "need", "give", "good", "nice", "great")
)  # fmt: skip
"""Words of requests that say nothing of what is wanted; "film" would find Film-Noir.

With English stop words left out, too, NDCG@10 of words alone under held-out queries goes from 0.262 to
0.291 on H&M's valid part, from 0.453 to 0.513 on MovieLens-100K's."""

ENGLISH = """
a about above across after afterwards again against all almost alone along already also although always am among
amongst amoungst amount an and another any anyhow anyone anything anyway anywhere are around as at back be
became because become becomes becoming been before beforehand behind being below beside besides between beyond
bill both bottom but by call can cannot cant co con could couldnt cry de describe detail do done down due during
each eg eight either eleven else elsewhere empty enough etc even ever every everyone everything everywhere
except few fifteen fifty fill find fire first five for former formerly forty found four from front full further
get give go had has hasnt have he hence her here hereafter hereby herein hereupon hers herself him himself his
how however hundred i ie if in inc indeed interest into is it its itself keep last latter latterly least less
ltd made many may me meanwhile might mill mine more moreover most mostly move much must my myself name namely
neither never nevertheless next nine no nobody none noone nor not nothing now nowhere of off often on once one
only onto or other others otherwise our ours ourselves out over own part per perhaps please put rather re same
see seem seemed seeming seems serious several she should show side since sincere six sixty so some somehow
someone something sometime sometimes somewhere still such system take ten than that the their them themselves
then thence there thereafter thereby therefore therein thereupon these they thick thin third this those though
three through throughout thru thus to together too top toward towards twelve twenty two un under until up upon
us very via was we well were what whatever when whence whenever where whereafter whereas whereby wherein
whereupon wherever whether which while whither who whoever whole whom whose why will with within without would
yet you your yours yourself yourselves
"""
"""Stop words as scikit-learn (BSD licence) has them, which takes a second and 100 MB to be asked for them."""
THINGS = frozenset(("top", "bottom", "bill", "fire", "thick", "thin"))
"""Stop words that are things, or tell of them."""
_LEFT_OUT = (REQUEST | frozenset(ENGLISH.split())) - THINGS

_WORD = re.compile(r"[^\W_]+")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


def words_of(text: str) -> Iterator[str]:
    """The words of a text that tell something, in lower case, and how those of five letters and more begin.

    Of scripts that put no spaces between words, every pair of characters is one.

    Examples
    --------
    >>> list(words_of("I want a dark-blue T-shirt of the 90s, animated"))
    ['dark', 'blue', 't', 'shirt', 'shirt*', '90s', 'animated', 'anima*']
    >>> list(words_of("红色连衣裙"))
    ['红色', '色连', '连衣', '衣裙']
    """
    for word in _WORD.findall(text.casefold()):
        if _IDEOGRAPHS.fullmatch(word) and len(word) > 1:
            yield from (word[n : n + 2] for n in range(len(word) - 1))
        elif word not in _LEFT_OUT:
            yield word
            if len(word) >= STEM:
                yield f"{word[:STEM]}*"


def item_text(item: Item) -> str:
    """The words of an item: its title, what its attributes say, its decade, its description.

    Examples
    --------
    >>> item_text(Item("1", "Alien", "A ship in space.", {"genre": ("Horror", "Sci-Fi"), "year": 1979, "sku_id": "x7"}))
    'Alien Horror Sci-Fi 1970s 70s A ship in space.'
    """
    parts = [item.title]
    for name, value in item.attributes.items():
        if name.endswith(("_id", "_code")):
            continue
        if isinstance(value, tuple):
            parts += value
        elif isinstance(value, str):
            parts.append(value)
        elif name == "year" and isinstance(value, int):
            decade = value // 10 * 10
            parts.append(f"{decade}s {decade % 100:02d}s")
    return " ".join([*parts, item.description])


@dataclass(frozen=True, eq=False)
class Terms:
    """Which words each item of a catalogue has.

    Parameters
    ----------
    vocabulary
        Word -> column.
    counts
        ``(items, words)`` float32, sparse: how often an item's text has each word.

    Examples
    --------
    >>> terms = Terms.of([Item("a", "Blue shirt"), Item("b", "Red shirt"), Item("c", "Red dress")])
    >>> terms.query_scores(["a red dress"]).argmax()
    np.int64(2)
    """

    vocabulary: dict[str, int]
    counts: sp.csr_matrix = field(repr=False)

    @classmethod
    def of(cls, items: Sequence[Item], before: "Terms | None" = None, changed: Sequence[int] = ()) -> "Terms":
        """Those of a catalogue.

        Parameters
        ----------
        items
            In row order.
        before
            Those of the catalogue as it was: the rows that did not change are kept. Its last rows may be gone.
        changed
            Rows that are new or changed since.
        """
        if before is None:
            vocabulary: dict[str, int] = {}
            return cls(vocabulary, _counted((item_text(item) for item in items), vocabulary, grow=True))
        vocabulary = dict(before.vocabulary)
        fresh = _counted((item_text(items[row]) for row in changed), vocabulary, grow=True)
        old = sp.csr_matrix(
            (before.counts.data, before.counts.indices, before.counts.indptr),
            shape=(before.counts.shape[0], len(vocabulary)),
        )
        place = np.arange(len(items))
        place[list(changed)] = old.shape[0] + np.arange(len(changed))
        counts = sp.vstack([old, fresh], "csr")[place]
        had = np.bincount(counts.indices, minlength=len(vocabulary)) > 0
        if not had.all():  # a word that no item has any more is as one that none ever had
            counts, words = counts[:, np.flatnonzero(had)], [*vocabulary]
            vocabulary = {words[column]: n for n, column in enumerate(np.flatnonzero(had))}
        return cls(vocabulary, counts)

    @cached_property
    def idf(self) -> Floats:
        """``(words,)`` float32: a word that few items have tells more, a beginning half as much as a word."""
        items = self.counts.shape[0]
        having = np.bincount(self.counts.indices, minlength=self.counts.shape[1])
        share = np.array([PART if word.endswith("*") else 1.0 for word in self.vocabulary])
        idf: Floats = (share * np.log1p((items - having + 0.5) / (having + 0.5))).astype(np.float32)
        return idf

    @cached_property
    def _bm25(self) -> sp.csr_matrix:
        weights = self.counts.copy()
        length = np.asarray(weights.sum(axis=1), np.float32).ravel()
        relative = np.repeat(length / max(float(length.mean()), 1e-6), np.diff(weights.indptr))
        tf = weights.data
        weights.data = tf * (SATURATION + 1) / (tf + SATURATION * (1 - LENGTH + LENGTH * relative))
        weights.data *= self.idf[weights.indices]
        return weights

    @cached_property
    def _unit(self) -> sp.csr_matrix:
        rows = self.counts.copy()
        rows.data = (1 + np.log(rows.data)) * self.idf[rows.indices]
        norm = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), np.float32).ravel())
        rows.data /= np.repeat(np.maximum(norm, 1e-6), np.diff(rows.indptr))
        return rows

    def query_scores(self, queries: Sequence[str], rows: ItemRows | None = None) -> Floats:
        """BM25 of queries.

        Parameters
        ----------
        queries
            In words; a word that no item has, or that is refused ("not horror"), counts nothing.
        rows
            ``(C,)`` int: which items; default: all.

        Returns
        -------
        ndarray
            ``(queries, C)`` float32; 0 where no word is shared.
        """
        wanted = [without_refused(query) for query in queries]
        asked = _counted(wanted, self.vocabulary, grow=False)
        asked.data[:] = PURPOSE
        said = _counted(map(without_purpose, wanted), self.vocabulary, grow=False)
        said.data[:] = 1
        return _products(asked.maximum(said), self._bm25, rows)

    def coverage(self, query: str) -> float:
        """How much of what a query asks one item can say in the query's own words.

        Parameters
        ----------
        query
            In words; what it refuses, and what every request says, does not count.

        Returns
        -------
        float
            The largest share of the query's words that an item has; 1 for a query without such words.

        Examples
        --------
        >>> terms = Terms.of([Item("a", "Blue shirt"), Item("b", "Red shirt"), Item("c", "Red dress")])
        >>> terms.coverage("I want a red dress"), terms.coverage("garment for a wedding")
        (1.0, 0.0)
        """
        words = {word for word in words_of(without_refused(query)) if not word.endswith("*")}
        if not words or not self.vocabulary:
            return 1.0
        found = {word: _column(word, self.vocabulary) for word in words}
        columns = [*{column for column in found.values() if column is not None}]
        absent = sum(column is None for column in found.values())
        having = np.bincount(self._items_of[:, columns].indices, minlength=1)
        return float(having.max()) / (len(columns) + absent)

    @cached_property
    def _items_of(self) -> sp.csc_matrix:
        return self._bm25.tocsc()

    def best(self, query: str, most: int) -> ItemRows:
        """The items that a query names most, by the lists of the items that have each of its words.

        Parameters
        ----------
        query
            In words; what it refuses is not looked for.
        most
            How many.

        Returns
        -------
        ndarray
            ``(at most most,)`` intp rows, best first.
        """
        found = {_column(word, self.vocabulary) for word in words_of(without_refused(query))}
        columns = np.array([column for column in found if column is not None], int)
        rows = self._having(columns[np.argsort(self._having_count[columns], kind="stable")])
        best: ItemRows = rows[np.argsort(-self.query_scores([query], rows)[0], kind="stable")[:most]]
        return best

    def like_history(self, history: Sequence[int], most: int) -> ItemRows:
        """The items whose words are most like those of a history, found by the words that weigh most in it.

        Parameters
        ----------
        history
            Item rows, oldest first.
        most
            How many.

        Returns
        -------
        ndarray
            ``(at most most,)`` intp rows, best first; some may be of the history.
        """
        own = self._profiles([history])
        rows = self._having(own.indices[np.argsort(-own.data, kind="stable")[:TELLING]])
        best: ItemRows = rows[np.argsort(-self.history_scores([history], rows)[0], kind="stable")[:most]]
        return best

    @cached_property
    def _having_count(self) -> NDArray[np.intp]:
        counts: NDArray[np.intp] = np.diff(self._items_of.indptr).astype(np.intp)
        return counts

    def _having(self, columns: NDArray[Any]) -> ItemRows:
        """The items with some of these words, the words tried in their order until they name `LISTED` items.

        The word that goes beyond that many is passed over, unless it is the first: of that the first items are taken.
        """
        found: list[NDArray[Any]] = []
        left = LISTED
        for column in columns:
            start, stop = self._items_of.indptr[column : column + 2]
            if stop - start > left and found:
                continue
            found.append(self._items_of.indices[start : min(stop, start + left)])
            left -= len(found[-1])
        return np.unique(np.concatenate(found)).astype(np.intp) if found else np.empty(0, np.intp)

    def history_scores(
        self, histories: Rows, rows: ItemRows | None = None, days: Sequence[Sequence[float]] | None = None
    ) -> Floats:
        """Cosine to a history's words; newer items count more (see `recency_weights`).

        Parameters
        ----------
        histories
            Item rows of each, oldest first.
        rows
            As of `query_scores`.
        days
            When each item of each history was taken, in days; NaN, as by default, where that is not known.

        Returns
        -------
        ndarray
            ``(histories, C)`` float32; 0 for an empty history.
        """
        return _products(self._profiles(histories, days), self._unit, rows)

    def _profiles(self, histories: Rows, days: Sequence[Sequence[float]] | None = None) -> sp.csr_matrix:
        """`(histories, words)`: what each word counts in each."""
        return sp.csr_matrix(recency_weights(histories, self.counts.shape[0], days) @ self._unit)


def _column(word: str, vocabulary: Mapping[str, int]) -> int | None:
    """Column of a query's word, or of its singular or plural where no item has it as it stands; None without any."""
    forms = (word, word.removesuffix("s"), f"{word}s")
    return next((column for form in forms if (column := vocabulary.get(form)) is not None), None)


def _counted(texts: Iterable[str], vocabulary: dict[str, int], grow: bool) -> sp.csr_matrix:
    """`(texts, words)` float32 counts; `grow`: words that are new join the vocabulary, else they are passed over."""
    columns: list[int] = []
    ends = [0]
    for text in texts:
        for word in words_of(text):
            if grow:
                columns.append(vocabulary.setdefault(word, len(vocabulary)))
            elif (column := _column(word, vocabulary)) is not None:
                columns.append(column)
        ends.append(len(columns))
    shape = (len(ends) - 1, len(vocabulary))
    counts = sp.csr_matrix((np.ones(len(columns), np.float32), np.array(columns, np.int32), np.array(ends)), shape)
    counts.sum_duplicates()
    return counts


def _products(asked: sp.csr_matrix, items: sp.csr_matrix, rows: ItemRows | None) -> Floats:
    of: NDArray[np.float32] = (asked @ (items if rows is None else items[rows]).T).toarray()
    return np.asarray(of, np.float32)


def query_weights(fitted: Mapping[ComponentKey, float], terms: Terms | None, query: str) -> dict[ComponentKey, float]:
    """The weights of the fused score for a query.

    Weights are fitted under queries that are composed of the items' own words, which word matching finds and the LLM
    was trained on. Neither helps a query in other words: there the sentence vector takes their share. Of 160 such
    queries for films it has the film among the first ten in 34 %, all with fitted weights in 2 %. (Weights fitted
    without the two on the composed queries give half of that share to popularity and the item-item model, and do no
    better.)

    Parameters
    ----------
    fitted
        Component -> weight, as fitted.
    terms
        The words of the items; None where they are not counted.
    query
        In words.

    Returns
    -------
    dict
        Component -> weight; their sum stays.
    """
    weights = dict(fitted)
    if terms is None or WORDS not in weights:
        return weights
    foreign = 1 - float(np.clip((terms.coverage(query) - FOREIGN) / (OWN - FOREIGN), 0, 1))
    for key in weights.keys() & {QUERY_TERMS, LLM}:
        moved = foreign * weights[key]
        weights[key] -= moved
        weights[WORDS] += moved
    return weights


@dataclass(frozen=True, eq=False)
class QueryTerms(InBatches):
    """BM25 of the query's words in the item's text.

    Parameters
    ----------
    terms
        Of the catalogue.
    """

    terms: Terms
    key = QUERY_TERMS

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        return self.terms.query_scores(batch.queries or [""] * len(batch), rows)


@dataclass(frozen=True, eq=False)
class HistoryTerms(InBatches):
    """Cosine of the item's words to those of the newest history items.

    Parameters
    ----------
    terms
        Of the catalogue.
    """

    terms: Terms
    key = HISTORY_TERMS

    def score_batch(self, rows: ItemRows, batch: ScoringBatch) -> Floats:
        """See `BatchScoreComponent`."""
        days = [past.days(own, np.nan) for own, past in zip(batch.histories, batch.pasts, strict=True)]
        return self.terms.history_scores(batch.histories, rows, days)

"""Words count one by one: of queries by BM25, of histories by likeness, for items that come and change too."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from llmrec.catalog.feedback import Past
from llmrec.catalog.types import Item
from llmrec.ranking.recency import STEP
from llmrec.ranking.score_component import COLLABORATIVE, LLM, QUERY_TERMS, WORDS, ScoringBatch
from llmrec.ranking.terms import ENGLISH, HistoryTerms, Terms, item_text, query_weights, words_of

ITEMS = (
    Item("1", "Striped jumper", "Soft wool, dark blue.", {"colour": "Dark Blue", "sku_code": "wool-7"}),
    Item("2", "Jumper", "Soft wool, dark red. Wool, wool.", {"colour": "Dark Red"}),
    Item("3", "Raincoat", "Keeps you dry.", {"colour": "Yellow", "season": ("Autumn", "Spring")}),
    Item("4", "红色连衣裙", "夏天的裙子"),
    Item("5", "", ""),
)


def best(terms: Terms, query: str) -> str:
    return ITEMS[int(terms.query_scores([query])[0].argmax())].id


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("something striped", "1"),
        ("dark red, please", "2"),
        ("for the spring", "3"),
        ("红色的", "4"),
        ("raincoats", "3"),
    ],
)
def test_a_query_finds_the_item_that_has_its_words(query: str, wanted: str) -> None:
    assert best(Terms.of(ITEMS), query) == wanted


def test_what_a_query_refuses_is_not_looked_for() -> None:
    terms = Terms.of(ITEMS)
    plain, refused = terms.query_scores(["a wool jumper", "a jumper, not wool"])
    assert plain[0] > refused[0] > 0 and refused[0] == terms.query_scores(["jumper"])[0, 0]


def test_the_best_of_a_query_and_of_a_history_are_found_by_their_words_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = Terms.of(ITEMS)
    assert [ITEMS[row].id for row in terms.best("a striped jumper, not red", 5)] == ["1", "2"]
    assert terms.best("zzz", 5).tolist() == [] == terms.like_history((4,), 5).tolist()
    for history in ((0,), (0, 2), (2, 3, 1)):
        scores = terms.history_scores([history])[0]
        ordered = [row for row in np.argsort(-scores, kind="stable") if scores[row] > 0]
        assert terms.like_history(history, 5).tolist() == ordered
    monkeypatch.setattr("llmrec.ranking.terms.LISTED", 1)  # the rarer word alone is looked up, and that decides
    assert [ITEMS[row].id for row in terms.best("wool striped", 5)] == ["1"]


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    blue, red, *_ = Terms.of(ITEMS).query_scores(["a dark blue one"])[0]
    assert blue > red > 0


@pytest.mark.parametrize("query", ["", "zzz", "\ud83d", "🧥", "wool-7"])
def test_words_that_no_item_has_say_nothing(query: str) -> None:
    found = Terms.of(ITEMS[2:]).query_scores([query])
    assert found.shape == (1, 3) and not found.any()


def test_identifiers_are_no_words_of_an_item() -> None:
    assert "wool-7" not in item_text(ITEMS[0])


def test_likeness_to_a_history_is_the_cosine_of_tf_idf() -> None:
    """By scikit-learn, which has another idf: equal where all words are as frequent."""
    items = [Item(str(n), text) for n, text in enumerate(("red coat", "blue coat", "red sock", "blue sock"))]
    sklearn = TfidfVectorizer(analyzer=words_of, sublinear_tf=True).fit_transform(item_text(item) for item in items)
    cosine = (sklearn @ sklearn.T).toarray()
    expected = STEP * cosine[0] + cosine[3]
    np.testing.assert_allclose(Terms.of(items).history_scores([[0, 3]])[0], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("query", "share"),
    [
        ("", 1.0), ("something nice please", 1.0), ("soft wool, dark blue", 1.0), ("not red, soft wool", 1.0),
        ("a garment for a wedding", 0.0), ("zzz", 0.0),
    ],
)  # fmt: skip
def test_how_much_of_a_query_an_item_can_say(query: str, share: float) -> None:
    assert Terms.of(ITEMS).coverage(query) == pytest.approx(share)
    assert Terms.of(()).coverage(query) == 1.0


def test_words_of_a_request_that_no_item_has_leave_the_words_it_asks_for_their_share() -> None:
    terms = Terms.of(ITEMS)
    assert terms.coverage("my friend asked for a jumper") == terms.coverage("my friend asked for a raincoat") > 0.3


FITTED = {LLM: 0.6, QUERY_TERMS: 0.3, WORDS: 0.0, COLLABORATIVE: 0.1}


def test_a_query_in_other_words_is_ranked_by_its_meaning() -> None:
    terms = Terms.of(ITEMS)
    assert query_weights(FITTED, terms, "soft dark jumper") == FITTED
    assert query_weights(FITTED, None, "garment for a wedding") == FITTED
    foreign = query_weights(FITTED, terms, "garment for a wedding")
    assert foreign == {LLM: 0.0, QUERY_TERMS: 0.0, WORDS: pytest.approx(0.9), COLLABORATIVE: 0.1}
    between = query_weights(FITTED, terms, "wool zzz")
    assert 0 < between[LLM] < 0.6 and 0 < between[WORDS] < 0.9 and sum(between.values()) == pytest.approx(1.0)


def test_without_a_sentence_vector_nothing_takes_the_place_of_words() -> None:
    fitted = {LLM: 0.7, QUERY_TERMS: 0.3}
    assert query_weights(fitted, Terms.of(ITEMS), "garment for a wedding") == fitted


def test_what_was_taken_weeks_ago_counts_less_than_what_was_taken_on_the_last_day() -> None:
    items = [Item(str(n), text) for n, text in enumerate(("red dress", "blue shirt", "red shoe", "blue shoe"))]
    terms = Terms.of(items)
    lately, long_ago, unknown = terms.history_scores(
        [[0, 1]] * 3, days=[(20_000.0, 20_000.1), (19_970.0, 20_000.1), (np.nan, np.nan)]
    )
    assert lately[2] > unknown[2] > long_ago[2] > 0
    np.testing.assert_allclose(unknown, terms.history_scores([[0, 1]])[0])
    by_component = HistoryTerms(terms).score_batch(
        np.arange(4), ScoringBatch(np.zeros((1, 4), np.float32), [(0, 1)], past=[Past(moments=((0, 2.0), (1, 32.1)))])
    )
    np.testing.assert_allclose(by_component[0], long_ago, rtol=1e-5)


def test_no_history_and_an_item_without_words_have_nothing_to_be_like() -> None:
    found = Terms.of(ITEMS).history_scores([[], [4], [0, 1]])
    assert not found[:2].any() and found[2, 1] > found[2, 2]


def test_items_that_come_or_change_are_read_as_if_they_had_been_there() -> None:
    before = Terms.of(ITEMS[:3])
    now = (ITEMS[0], Item("2", "Cardigan", "Cotton."), ITEMS[2], ITEMS[3])
    after, anew = Terms.of(now, before, [1, 3]), Terms.of(now)
    queries = ["cotton cardigan", "wool", "红色", "soft dark jumper"]
    np.testing.assert_allclose(after.query_scores(queries), anew.query_scores(queries), rtol=1e-5)
    np.testing.assert_allclose(after.history_scores([[0, 3]]), anew.history_scores([[0, 3]]), rtol=1e-5)
    assert before.query_scores(["cotton"]).shape == (1, 3)  # an open catalogue goes on as it was


def test_stop_words_are_scikit_learn_s() -> None:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    assert set(ENGLISH.split()) == set(ENGLISH_STOP_WORDS)


def test_what_something_is_for_counts_less_than_what_it_is() -> None:
    items = [Item("a", "Summer nights dress", "", {"colour": "Black"}), Item("b", "Sea top", "", {"colour": "Blue"})]
    terms = Terms.of([*items, *(Item(f"{n}", f"Sock {n}", "", {"colour": "Blue"}) for n in range(6))])
    assert terms.query_scores(["summer"])[0].argmax() == 0
    for query in ("something blue for summer", "blue tops for the summer, please", "looking for blue for summer"):
        scores = terms.query_scores([query])[0]
        assert scores[1] > scores[0] > 0
    assert terms.query_scores(["something for summer"])[0].argmax() == 0  # all that it says


def test_a_word_is_found_by_its_singular_or_plural() -> None:
    terms = Terms.of([Item("a", "Bra"), Item("b", "Tops"), Item("c", "Sock")])
    for query, row in (("bras", 0), ("top", 1), ("tops", 1)):
        assert terms.query_scores([query])[0].argmax() == row and terms.best(query, 1).tolist() == [row]
        assert terms.coverage(query) == 1.0
    assert terms.coverage("hats") == 0.0

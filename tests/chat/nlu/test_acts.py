"""Acts of lines by the model that is shipped, languages, Chinese conditions."""

import json

import numpy as np
import pytest

from eval.chat_acts import LINES
from llmrec.catalog import Catalog
from llmrec.chat.nlu.acts import ACTS, DIMENSIONS, FEATURES, act_reader, features, n_grams
from llmrec.chat.nlu.languages import chinese_conditions, is_chinese, unread_language
from llmrec.encoders import text_encoder


@pytest.mark.parametrize(
    ("line", "act"),
    [
        ("hi there", "greet"), ("thanks a lot", "thank"), ("this is the worst recommendation ever", "complain"), ("good night", "end"),
        ("what did I watch last?", "ask_history"), ("谢谢你", "thank"), ("你好", "greet"),
        ("I hate musicals, never show me one", "remember"), ("why this one?", "why"),
    ],
)  # fmt: skip
def test_plain_lines_are_read_as_what_they_do(line: str, act: str) -> None:
    reader = act_reader()
    assert reader is not None and act in reader.read(line).acts


def test_a_line_has_an_act_and_what_was_said_before_counts() -> None:
    reader = act_reader()
    assert reader is not None
    alone, after = reader.scores(["the blue one", "the blue one"], ["", "The red one or the blue one?"])
    assert alone.shape == (len(ACTS),) and not np.allclose(alone, after)
    for line in ("", "x" * 5000, "\x00", "🙂"):
        assert reader.read(line).acts


def test_features_have_their_columns_and_chinese_is_read_by_characters() -> None:
    rows = features(["hello", "你好"], ["", "您好"], text_encoder())
    assert rows.shape == (2, FEATURES)
    assert np.linalg.norm(rows[0, :DIMENSIONS].toarray()) == pytest.approx(1, abs=1e-3)
    assert rows[0, -1] > 0 and rows[1, -1] == 0
    assert "不要" in n_grams("我不要") and "我不要" not in n_grams("我不要") and "hell" in n_grams("hello")


def test_the_lines_are_well_formed_and_name_known_acts() -> None:
    rows = [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]
    assert len({row["text"] for row in rows}) == len(rows) > 2500
    assert all(set(row["acts"]) <= set(ACTS) and row["acts"] for row in rows)
    assert all(surface in row["text"] for row in rows for _, surface in row["slots"])


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Etwas Lustiges bitte", "de"), ("je cherche un film", "fr"), ("quiero algo divertido", "es"), ("что-нибудь смешное", "ru"),
        ("笑える映画をください", "ja"), ("웃긴 영화 추천", "ko"), ("something funny", ""), ("La Femme Nikita", ""), ("das boot", ""),
        ("El Mariachi or La Bamba", ""), ("搞笑的", ""), ("die hard", ""), ("", ""), ("1 or 3?", ""),
    ],
)  # fmt: skip
def test_a_language_that_is_not_read_is_told_from_a_title(line: str, language: str) -> None:
    assert unread_language(line) == language


def test_chinese_genres_and_decades_of_an_english_catalogue(tiny_catalog: Catalog) -> None:
    text, conditions = chinese_conditions("90年代的喜剧,不要恐怖片", tiny_catalog)
    assert conditions == ("genres=Comedy", "genres!=Horror", "year>=1990", "year<2000") and "恐怖" not in text
    assert chinese_conditions("no horror", tiny_catalog) == ("no horror", ())
    assert is_chinese("看Heat") and not is_chinese("Heat") and not is_chinese("映画をください")

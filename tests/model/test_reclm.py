"""What an item's score may depend on."""

from collections.abc import Callable

import numpy as np
import torch

from llmrec.model.inference import query_vectors
from llmrec.model.reclm import RecLM

BEFORE = (5, 9, 12)


def test_masked_media_change_neither_tokens_nor_item_vectors(make_model: Callable[..., RecLM]) -> None:
    model = make_model()
    soft, (v, b) = model.soft(model.known), model.item_vectors(model.known)
    for name in model.modalities:
        vectors, mask = getattr(model, f"vectors_{name}"), getattr(model, f"mask_{name}")
        assert (~mask).any()
        vectors[~mask] = 1e4
    again, (v_again, b_again) = model.soft(model.known), model.item_vectors(model.known)
    assert torch.equal(soft, again) and torch.equal(v, v_again) and torch.equal(b, b_again)


def test_new_item_is_scored_by_its_media_alone(make_model: Callable[..., RecLM]) -> None:
    model, new = make_model(), 10
    assert not model.known[new]
    soft, (v, b) = model.soft(model.known), model.item_vectors(model.known)
    with torch.no_grad():
        for table in (model.id_in, model.id_out, model.bias):
            table.weight[new] = 7.0
    again, (v_again, b_again) = model.soft(model.known), model.item_vectors(model.known)
    assert torch.equal(soft[new], again[new]) and torch.equal(v[new], v_again[new])
    assert b[new] == b_again[new] == 0
    model.vectors_text[new] += 1
    assert not torch.allclose(model.item_vectors(model.known)[0][new], v[new])


def test_hidden_id_and_modality_are_as_if_absent(make_model: Callable[..., RecLM]) -> None:
    model = make_model()
    hidden = {"text": torch.zeros(12, dtype=torch.bool)}
    hidden["text"][4] = True
    blind = model.soft(model.known, hidden)
    model.mask_text[4] = False
    assert torch.equal(blind, model.soft(model.known))
    nobody = torch.zeros(12, dtype=torch.bool)
    assert not torch.allclose(model.soft(nobody), model.soft(model.known))
    assert not model.item_vectors(nobody)[1].any()


def test_query_vectors_of_a_batch_are_those_of_each_request(make_model: Callable[..., RecLM]) -> None:
    model = make_model(soft_tokens=2)
    histories = [[1, 2, 3], [], [4], [11, 0, 5, 6]]
    queries = [(7, 8), (), (20,), ()]
    together = query_vectors(model, BEFORE, histories, queries, batch=3)
    apart = [query_vectors(model, BEFORE, [h], [w])[0] for h, w in zip(histories, queries, strict=True)]
    assert np.allclose(together, apart, atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-2


def test_histories_that_go_on_from_one_another_are_read_together_and_answered_apart(
    make_model: Callable[..., RecLM],
) -> None:
    model = make_model(soft_tokens=2, window=5)
    histories = [[1, 2, 3], [1, 2], [], [1, 2, 3, 4], [1, 2, 5], [1, 2, 3], [0, 1, 2, 3, 4, 5, 6], [2]]
    apart = np.concatenate([query_vectors(model, BEFORE, [h]) for h in histories])
    assert np.allclose(query_vectors(model, BEFORE, histories), apart, atol=1e-5)
    queries = [(7, 8), (), (), (), (9,), (), (), ()]
    apart = np.concatenate([query_vectors(model, BEFORE, [h], [w]) for h, w in zip(histories, queries, strict=True)])
    assert np.allclose(query_vectors(model, BEFORE, histories, queries), apart, atol=1e-5)


def test_only_the_last_window_of_a_long_history_is_read(make_model: Callable[..., RecLM]) -> None:
    model = make_model(window=4)
    long, short = (
        query_vectors(model, BEFORE, [[8, 9, 1, 2, 3, 4]]),
        query_vectors(model, BEFORE, [[1, 2, 3, 4]]),
    )
    assert np.allclose(long, short, atol=1e-6)


def test_words_move_the_query(make_model: Callable[..., RecLM]) -> None:
    model = make_model()
    plain, asked = query_vectors(model, BEFORE, [[1, 2]]), query_vectors(model, BEFORE, [[1, 2]], [(30, 31)])
    assert np.abs(plain - asked).max() > 1e-2

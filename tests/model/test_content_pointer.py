"""The space that queries and items share: what it starts as, and what the LLM can do in it."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from llmrec.fusion.base import ItemBatch
from llmrec.model.content_pointer import SCALE, STEP, ContentPointer
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import Branch, splice
from llmrec.model.reclm import RecLM
from llmrec.train.shared_start import start_shared_space

BEFORE, SIZE, DIM = (5, 9, 12), 8, 16
Make = Callable[..., tuple[RecLM, ItemTable]]


@pytest.fixture
def untrained(make_model: Make) -> tuple[RecLM, ItemTable]:
    """As a training starts: what the LLM says has no part in it yet."""
    model, table = make_model(shared=SIZE)
    assert model.pointer is not None
    with torch.no_grad():
        for layer in (model.pointer.to_query, model.pointer.modality_scale, model.pointer.residual):
            layer.weight.zero_()
            layer.bias.zero_()
    return model, table


def content_of(made: tuple[RecLM, ItemTable]) -> NDArray[np.float32]:
    model, table = made
    return item_vectors(model, table)[0][:, DIM:]


def test_an_untrained_query_is_the_sum_of_the_historys_media_newer_items_counting_more(
    untrained: tuple[RecLM, ItemTable],
) -> None:
    content, history = content_of(untrained), [3, 7, 1]
    q = query_vectors(untrained[0], soft_tokens(*untrained), BEFORE, [history])[0]
    counts = np.array([STEP**2, STEP, 1]) / (STEP**2 + STEP + 1)
    np.testing.assert_allclose(q[DIM:], SCALE / 2 * counts @ content[history], rtol=1e-4)
    assert not q[:DIM].any()


def test_items_have_unit_length_in_each_modality_that_they_have(untrained: tuple[RecLM, ItemTable]) -> None:
    content, table = content_of(untrained), untrained[1]
    for m, part in {"text": content[:, :SIZE], "image": content[:, SIZE:]}.items():
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), table.mask[m].numpy(), atol=1e-5)


def test_nothing_is_pointed_at_without_a_history(untrained: tuple[RecLM, ItemTable]) -> None:
    assert not query_vectors(untrained[0], soft_tokens(*untrained), BEFORE, [[]], [(7, 8)]).any()


def test_the_llm_decides_which_items_of_a_history_count(make_model: Make) -> None:
    model, _ = make_model(shared=SIZE)
    pointer = model.pointer
    assert pointer is not None
    states, soft = torch.randn(1, 2, 32), torch.randn(1, 3, 32)
    reads = torch.tensor([[[True, True, True], [True, False, False]]])
    weights = pointer.weights(states, soft, reads)
    np.testing.assert_allclose(weights.sum(-1).detach(), [[1, 1]], rtol=1e-5)
    assert weights[0, 1, 1:].eq(0).all()
    other = pointer.weights(-states, soft, reads)
    assert (other[0, 0] - weights[0, 0]).abs().max() > 1e-3


def test_axes_start_where_what_all_items_share_counts_no_more_than_what_tells_them_apart() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 6)).astype(np.float32) * np.array([9, 5, 3, 1, 1, 1], np.float32)
    pointer = ContentPointer(32, {"text": 6}, 4, window=4)
    pointer.start_from(ItemBatch({"text": torch.from_numpy(vectors)}, {"text": torch.ones(200, dtype=torch.bool)}))
    places = vectors @ pointer.axes["text"].weight.detach().numpy().T
    spread = places.T @ places
    np.testing.assert_allclose(spread, np.eye(4) * spread[0, 0], atol=1e-2 * spread[0, 0])


def test_the_modality_that_events_follow_starts_louder(make_model: Make) -> None:
    """Histories go from an item to the one whose text is nearest to it; images say nothing."""
    model, table = make_model(shared=SIZE)
    start_shared_space(model, table, {}, seed=0)
    assert model.pointer is not None
    alike = model.pointer.scale.detach().clone()
    np.testing.assert_allclose(alike.exp().sum(), SCALE, rtol=1e-4)
    text = content_of((model, table))[:, :SIZE]
    likeness = text @ text.T - 2 * np.eye(len(text))
    start_shared_space(model, table, {str(n): [n, int(likeness[n].argmax())] for n in range(11)}, seed=0)
    scale = dict(zip(model.pointer.widths, model.pointer.scale.tolist(), strict=True))
    assert scale["text"] > scale["image"] + 0.5


def test_what_is_taken_again_counts_as_what_came_next(make_model: Make) -> None:
    """Of one item again and again, as `repeats="keep"` leaves histories: likeness becomes louder."""
    model, table = make_model(shared=SIZE)
    assert model.pointer is not None
    start_shared_space(model, table, {str(n): [n, n, n] for n in range(11)}, seed=0)
    scale = model.pointer.scale.detach().exp()
    assert scale.isfinite().all() and scale.sum() > SCALE


def test_a_query_without_a_history_has_gradients(make_model: Make) -> None:
    model, table = make_model(shared=SIZE)
    model.requires_grad_(True)
    soft = model.soft_tokens(table.batch())
    trunk, branch = model(splice(BEFORE, [(), (1, 2)], [(Branch(0, (7, 8)),), ()], 1), soft)
    (trunk.sum() + branch.sum()).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())

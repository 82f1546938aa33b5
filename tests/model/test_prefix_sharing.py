"""What histories have in common is read once, and says what separate prompts say."""

from collections.abc import Callable

import numpy as np
import pytest

from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prefix_sharing import MOST_SLOTS, shared_prompts
from llmrec.model.reclm import RecLM

BEFORE, QUERY = (5, 9, 12), (7, 8, 20)
HISTORY = (1, 5, 3, 8, 0, 2, 9, 11)


def left_out(history: tuple[int, ...], newest: int) -> list[tuple[int, ...]]:
    return [history[:n] + history[n + 1 :] for n in range(len(history) - newest, len(history))]


@pytest.mark.parametrize("query", [(), QUERY], ids=["no wish", "a wish"])
@pytest.mark.parametrize("window", [6, 12], ids=["longer than the window", "all read"])
def test_a_history_without_each_item_in_turn_reads_like_prompts_of_their_own(
    make_model: Callable[..., tuple[RecLM, ItemTable]], query: tuple[int, ...], window: int
) -> None:
    model, table = make_model(window=window, soft_tokens=2)
    soft = soft_tokens(model, table)
    histories = [*left_out(HISTORY, 4), HISTORY, (4, 6), ()]
    queries = [query] * len(histories)
    together = query_vectors(model, soft, BEFORE, histories, queries)
    apart = [query_vectors(model, soft, BEFORE, [h], [w])[0] for h, w in zip(histories, queries, strict=True)]
    np.testing.assert_allclose(together, apart, atol=1e-5)
    assert np.abs(together[0] - together[3]).max() > 1e-3


def test_leave_one_out_is_one_prompt_of_a_third_of_the_slots() -> None:
    histories = left_out(tuple(range(50)), 24)
    prompts = shared_prompts(histories, [()] * 24, window=50)
    assert len(prompts) == 1
    assert sum(p.slots(1) for p in prompts) < sum(map(len, histories)) / 3


def test_each_request_is_answered_once_and_no_prompt_is_too_long() -> None:
    rng = np.random.default_rng(0)
    histories = [tuple(rng.integers(0, 3, rng.integers(0, 60)).tolist()) for _ in range(60)]
    histories += left_out(tuple(range(60)), 40)
    queries = [QUERY if n % 3 == 0 else () for n in range(len(histories))]
    prompts = shared_prompts(histories, queries, window=50, soft_tokens=4)
    answered = sorted(n for p in prompts for n in (*p.on_trunk, *p.on_branches))
    assert answered == list(range(len(histories)))
    assert all(p.slots(4) <= MOST_SLOTS for p in prompts)
    for p in prompts:
        for n, after in p.on_trunk.items():
            assert p.trunk[:after] == histories[n][-50:] and not queries[n]
        for n, branch in zip(p.on_branches, p.branches, strict=True):
            assert p.trunk[: branch.after] + branch.items == histories[n][-50:] and branch.words == queries[n]
            assert branch.slots(4)


def test_histories_that_do_not_begin_alike_stay_apart() -> None:
    prompts = shared_prompts([(1, 2, 3), (2, 3, 1), (3, 1, 2)], [()] * 3, window=5)
    assert len(prompts) == 3 and not any(p.branches for p in prompts)

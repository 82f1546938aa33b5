"""The prompt: its words as token ids, and a packed pass that says what separate plain prompts say."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prefix_sharing import MOST_SLOTS, shared_prompts
from llmrec.model.prompt import Branch, PromptWords, by_length, splice
from llmrec.model.reclm import RecLM

BEFORE = (5, 9, 12)
Made = tuple[RecLM, ItemTable]
A, B = (7, 8, 20), (30, 31)


def vectors(
    made: Made, histories: Sequence[Sequence[int]], branches: Sequence[Sequence[Branch]]
) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.inference_mode():
        model = made[0]
        return model(splice(BEFORE, histories, branches, model.config.soft_tokens), soft_tokens(*made))


def alone(made: Made, history: Sequence[int], words: tuple[int, ...] = ()) -> torch.Tensor:
    """q of a plain causal prompt: no branch mask, no padding, no position ids of our own."""
    with torch.inference_mode():
        model, soft = made[0], soft_tokens(*made)
        table = model.backbone.get_input_embeddings().weight
        parts = [table[list(BEFORE)], soft[list(history)].flatten(0, 1), table[list(words)]]
        states = model.backbone(inputs_embeds=torch.cat(parts).unsqueeze(0), use_cache=False).last_hidden_state
        return model.query_head(states[0, -1])


@pytest.fixture(params=[1, 2], ids=["one soft token", "two soft tokens"])
def made(request: pytest.FixtureRequest, make_model: Callable[..., Made]) -> Made:
    return make_model(soft_tokens=request.param)


def close(a: torch.Tensor, b: torch.Tensor) -> bool:
    return torch.allclose(a, b, atol=1e-5)


def test_branches_answer_like_prompts_of_their_own(made: Made) -> None:
    asked = [Branch(0, A), Branch(2, B), Branch(2, A), Branch(4, B)]
    _, branch = vectors(made, [[1, 5, 3, 8]], [asked])
    for n, query in enumerate(asked):
        assert close(branch[0, n], alone(made, [1, 5, 3, 8][: query.after], query.words)), n
    # The test is blind if words and items do not move q at all.
    assert not torch.allclose(branch[0, 1], branch[0, 2], atol=1e-2)
    assert not torch.allclose(branch[0, 0], branch[0, 2], atol=1e-2)


def test_branches_go_on_with_items_of_their_own(made: Made) -> None:
    hung = [Branch(1, (), (7, 2)), Branch(2, B, (9,)), Branch(0, A, (3, 1))]
    trunk, branch = vectors(made, [[1, 5, 3, 8]], [hung])
    for n, (history, words) in enumerate([([1, 7, 2], ()), ([1, 5, 9], B), ([3, 1], A)]):
        assert close(branch[0, n], alone(made, history, words)), n
    assert close(trunk[0, 4], alone(made, [1, 5, 3, 8]))


def test_trunk_after_n_items_reads_like_a_prompt_of_those(made: Made) -> None:
    trunk, _ = vectors(made, [[1, 5, 3, 8]], [[Branch(1, A), Branch(3, B)]])
    for n in range(5):
        assert close(trunk[0, n], alone(made, [1, 5, 3, 8][:n])), n


def test_batch_and_padding_change_nothing(made: Made) -> None:
    histories = [[1, 5, 3, 8], [], [2], [9, 0]]
    branches = [[Branch(1, A)], [Branch(0, B)], [], [Branch(2, A + B), Branch(0, A)]]
    trunk, branch = vectors(made, histories, branches)
    for n, (history, asked) in enumerate(zip(histories, branches, strict=True)):
        own_trunk, own_branch = vectors(made, [history], [asked])
        assert close(trunk[n, : len(history) + 1], own_trunk[0])
        assert close(branch[n, : len(asked)], own_branch[0])


def test_plain_prompts_in_a_batch_of_unlike_lengths(made: Made) -> None:
    histories, queries = [[1, 5, 3, 8], [2], []], [B, A, A + B]
    branches = [[Branch(len(h), w)] for h, w in zip(histories, queries, strict=True)]
    assert splice(BEFORE, histories, branches, made[0].config.soft_tokens).plain
    trunk, branch = vectors(made, histories, branches)
    for n, (history, query) in enumerate(zip(histories, queries, strict=True)):
        assert close(branch[n, 0], alone(made, history, query))
        assert close(trunk[n, len(history)], alone(made, history))


def test_prompts_read_apart_are_the_same_prompts(made: Made) -> None:
    histories, asked = [[1, 5, 3, 8, 2], [7], [], [4, 9]], [[Branch(5, A)], [], [Branch(0, B)], [Branch(1, A)]]
    whole, branches = vectors(made, histories, asked)
    prompt = splice(BEFORE, histories, asked, made[0].config.soft_tokens)
    for group in ([3, 1], [2]):
        part = prompt.rows(torch.tensor(group))
        assert part.lengths.tolist() == prompt.lengths[group].tolist() and part.tokens.shape[1] == max(part.lengths)
        with torch.inference_mode():
            trunk, branch = made[0](part, soft_tokens(*made))
        for n, place in enumerate(group):
            assert close(trunk[n, : len(histories[place]) + 1], whole[place, : len(histories[place]) + 1])
            assert close(branch[n, : len(asked[place])], branches[place, : len(asked[place])])


def test_groups_of_like_lengths_read_the_fewest_slots() -> None:
    lengths = torch.randint(1, 60, (24,), generator=torch.Generator().manual_seed(0)).tolist()

    def slots(groups: list[list[int]]) -> int:
        return sum(len(group) * max(lengths[place] for place in group) for group in groups)

    cheap, dear = by_length(lengths, 0), by_length(lengths, 10_000)
    assert slots(cheap) == sum(lengths) and len(dear) == 1
    some = by_length(lengths, 40)
    assert sorted(place for group in some for place in group) == list(range(24))
    assert len(some) < len(cheap) and slots(some) + 40 * len(some) < min(
        slots(cheap) + 40 * len(cheap), slots(dear) + 40
    )
    assert by_length([], 40) == []


def test_wish_in_the_middle_is_not_taken_for_plain_text() -> None:
    assert splice(BEFORE, [[1, 2]], [[]], 1).plain
    assert splice(BEFORE, [[1, 2]], [[Branch(2, A)]], 1).plain
    assert not splice(BEFORE, [[1, 2]], [[Branch(1, A)]], 1).plain
    assert not splice(BEFORE, [[1, 2]], [[Branch(2, A), Branch(2, B)]], 1).plain


def test_every_slot_is_a_word_or_an_item() -> None:
    batch = splice(BEFORE, [[4, 6], [1]], [[Branch(1, A)], []], 2)
    real = batch.branch >= 0
    assert torch.equal((batch.tokens >= 0) ^ (batch.items >= 0), real)
    assert batch.items[0, 3:7].tolist() == [4, 4, 6, 6]
    assert batch.slot[0, 3:7].tolist() == [0, 1, 0, 1]
    assert batch.read_trunk.tolist() == [[2, 4, 6], [2, 4, -1]]
    assert batch.read_branch.tolist() == [[9], [-1]]


def test_words_before_and_after_the_history(tiny_base: Path) -> None:
    words = PromptWords.load(tiny_base)
    assert words.tokenizer.decode(words.before) == "Items this customer chose, oldest first:"
    assert "Now in the mood for: a comedy. Next:" in words.tokenizer.decode(words.query_tokens("a comedy"))


def test_empty_wish_has_no_words(tiny_base: Path) -> None:
    assert PromptWords.load(tiny_base).query_tokens("  ") == ()


def test_wish_cannot_speak_for_the_system(tiny_base: Path) -> None:
    words = PromptWords.load(tiny_base)
    assert words.tokenizer.eos_token_id not in words.query_tokens("<|eos|> a comedy")


OPENING, QUERY = (5, 9, 12), (7, 8, 20)
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
    together = query_vectors(model, soft, OPENING, histories, queries)
    apart = [query_vectors(model, soft, OPENING, [h], [w])[0] for h, w in zip(histories, queries, strict=True)]
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

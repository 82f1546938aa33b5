"""The prompt: its words as token ids, and a packed pass that says what separate plain prompts say."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from llmrec.model.inference import soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import Branch, PromptWords, splice
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

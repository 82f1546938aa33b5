"""The loss: the whole catalogue or a sample of it, with and without words."""

from collections.abc import Callable

import pytest
import torch

from llmrec.fusion import FUSIONS
from llmrec.model.item_table import ItemTable
from llmrec.model.prompt import PromptBatch
from llmrec.model.reclm import RecLM
from llmrec.train.config import TrainConfig
from llmrec.train.objective import GROUP, Batch, class_weights, loss, to_batch
from llmrec.train.sequence_windows import epoch_windows

HISTORIES = {"a": [0, 2, 5, 8, 9, 6], "b": [1, 4, 3]}
QUIET = {"id_dropout": 0.0, "modality_dropout": 0.0}


def batch(queries: int = 2) -> Batch:
    windows = epoch_windows(HISTORIES, 4, queries, lambda row, _rng: (40 + row, 9), "0:0")
    return to_batch(windows, (5, 9), 1, torch.device("cpu"))


def value(
    made: tuple[RecLM, ItemTable], asked: Batch, config: TrainConfig, seed: int = 0
) -> tuple[float, dict[str, float]]:
    total, parts = loss(*made, asked, config, torch.Generator().manual_seed(seed))
    return float(total.detach()), parts


def test_wish_loss_is_added_with_its_weight(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    total, parts = value(make_model(), batch(), TrainConfig(query_weight=0.25, **QUIET))
    assert total == pytest.approx(parts["next"] + 0.25 * parts["query"], rel=1e-5)
    assert set(value(make_model(), batch(queries=0), TrainConfig())[1]) == {"next"}


def test_short_prompts_read_apart_have_the_same_loss_and_gradients(
    make_model: Callable[..., tuple[RecLM, ItemTable]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GROUP, "cpu", 2)
    found = []
    for apart in (True, False):
        model, table = make_model()
        read = 0

        class Counted(torch.nn.Module):
            def forward(self, prompt: PromptBatch, soft: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
                nonlocal read
                read += 1
                return model(prompt, soft)  # noqa: B023

        drawn = torch.Generator().manual_seed(0)
        total, _ = loss(model, table, batch(), TrainConfig(**QUIET), drawn, forward=Counted(), apart=apart)
        total.backward()
        assert (read > 1) == apart
        found.append([float(total.detach()), *[float(p.grad.norm()) for p in model.trainable().values()]])
    assert found[0] == pytest.approx(found[1], rel=1e-4, abs=1e-6)  # one is noise around 0


def test_whole_softmax_is_the_plain_one(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    made, asked = make_model(), batch(queries=0)
    soft, v, b = made[0].encode_items(made[1].batch())
    trunk, _ = made[0](asked.prompt, soft)
    logits = (trunk @ v.T + b).log_softmax(-1)
    there = asked.targets >= 0
    expected = -logits[there].gather(1, asked.targets[there].unsqueeze(1)).mean()
    assert value(made, asked, TrainConfig(**QUIET))[0] == pytest.approx(float(expected.detach()), rel=1e-5)


def test_sampled_softmax_is_lower_and_has_gradients(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    made, asked = make_model(), batch(queries=0)
    small = Batch(asked.prompt, asked.targets.where(asked.targets < 2, -1), asked.queried)
    whole, _ = value(made, small, TrainConfig(**QUIET))
    total, _ = loss(*made, small, TrainConfig(sampled_items=2, **QUIET), torch.Generator().manual_seed(0))
    assert float(total.detach()) < whole  # fewer rivals
    total.backward()
    grad = made[0].id_out.weight.grad
    assert grad is not None and torch.isfinite(grad).all()


def test_sample_as_large_as_the_catalogue_is_the_whole(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    made = make_model()
    assert value(made, batch(), TrainConfig(sampled_items=12, **QUIET)) == value(made, batch(), TrainConfig(**QUIET))


def test_hidden_ids_get_no_gradient(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    model, table = make_model()
    total, _ = loss(model, table, batch(), TrainConfig(id_dropout=1.0), torch.Generator().manual_seed(0))
    total.backward()
    assert not model.id_in.weight.grad.any() and not model.bias.weight.grad.any()
    assert model.item_head.weight.grad.any()


def test_rows_that_are_not_read_make_no_difference(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    """Soft tokens are made for the read items alone; the loss is that of soft tokens of all."""
    for fusion in FUSIONS:
        made, asked = make_model(fusion=fusion), batch()
        soft, v, b = made[0].encode_items(made[1].batch())
        trunk, branch = made[0](asked.prompt, soft)
        parts = []
        for q, targets in ((trunk, asked.targets), (branch, asked.queried)):
            there = targets >= 0
            parts.append(torch.nn.functional.cross_entropy(q[there] @ v.T + b, targets[there]))
        config = TrainConfig(**QUIET)
        expected = float((parts[0] + config.query_weight * parts[1]).detach())
        assert value(made, asked, config)[0] == pytest.approx(expected, rel=1e-5), fusion


def test_focal_loss_counts_what_is_ranked_badly(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    made, asked = make_model(), batch(queries=0)
    soft, v, b = made[0].encode_items(made[1].batch())
    trunk, _ = made[0](asked.prompt, soft)
    there = asked.targets >= 0
    p = (trunk[there] @ v.T + b).softmax(-1).gather(1, asked.targets[there].unsqueeze(1)).detach()
    expected = float((-((1 - p) ** 2) * p.log()).mean())
    assert value(made, asked, TrainConfig(focal=2.0, **QUIET))[0] == pytest.approx(expected, rel=1e-4)
    assert expected < value(made, asked, TrainConfig(**QUIET))[0]


def test_weights_of_items_weigh_their_events(make_model: Callable[..., tuple[RecLM, ItemTable]]) -> None:
    made, asked = make_model(), batch(queries=0)

    def weighed(weights: torch.Tensor) -> float:
        total, _ = loss(*made, asked, TrainConfig(**QUIET), torch.Generator().manual_seed(0), weights)
        return float(total.detach())

    plain = value(made, asked, TrainConfig(**QUIET))[0]
    assert weighed(torch.full((12,), 3.0)) == pytest.approx(plain, rel=1e-5)
    only = torch.zeros(12)
    only[5] = 1.0  # taken once, by user a
    alone = Batch(asked.prompt, asked.targets.where(asked.targets == 5, -1), asked.queried)
    assert weighed(only) == pytest.approx(value(made, alone, TrainConfig(**QUIET))[0], rel=1e-5)


def test_weights_fall_with_frequency_and_average_to_one() -> None:
    histories = {"a": [0, 1, 2], "b": [0, 1], "c": [0, 3], "d": [0]}
    weights = class_weights(histories, 5, 1.0)
    assert weights[0] < weights[1] < weights[2] == weights[3] < weights[4]
    events = [row for rows in histories.values() for row in rows]
    assert float(weights[events].mean()) == pytest.approx(1)
    assert float(weights[1] / weights[0]) == pytest.approx(5 / 3)  # 4 events and 2, one added to each
    flat = class_weights(histories, 5, 0.0)
    assert torch.allclose(flat, torch.ones(5))

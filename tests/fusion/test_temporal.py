"""Frames become one vector; what can tell their order apart, and that it is learnable."""

import pytest
import torch

from llmrec.fusion import TEMPORALS, build_temporal

DIM, STEPS = 6, 5


def frames(items: int = 4) -> torch.Tensor:
    return torch.randn(items, STEPS, DIM, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", TEMPORALS)
def test_one_vector_an_item_and_as_many_frames_as_came(name: str) -> None:
    torch.manual_seed(0)
    model = build_temporal(name, DIM, STEPS)
    read = model(frames())
    assert read.shape == (4, STEPS, model.width) and model.pool(read).shape == (4, model.width)
    assert torch.allclose(model.pool(read)[:, :DIM], frames().mean(1), atol=1e-6)  # the mean is always there
    assert torch.isfinite(model.pool(model(torch.zeros(2, STEPS, DIM)))).all()


@pytest.mark.parametrize(("name", "tells"), [("mean", False), ("transformer", True), ("lstm", True)])
def test_order_of_frames(name: str, tells: bool) -> None:
    torch.manual_seed(0)
    model = build_temporal(name, DIM, STEPS)
    forwards, backwards = (model.pool(model(x)).detach() for x in (frames(), frames().flip(1)))
    assert torch.allclose(forwards, backwards, atol=1e-5) != tells


@pytest.mark.parametrize("name", ["transformer", "lstm"])
def test_direction_of_motion_is_learnt(name: str) -> None:
    """Clips of one object that moves left or right: the same frames in another order."""
    torch.manual_seed(0)
    model, head = build_temporal(name, 4, STEPS), torch.nn.Linear(build_temporal(name, 4, STEPS).width, 1)
    place = torch.linspace(-1, 1, STEPS)[None, :, None]
    right = torch.rand(64, 1, 1) < 0.5
    clips = torch.where(right, place, -place) * torch.tensor([1.0, 0, 0, 0]) + 0.1 * torch.randn(64, STEPS, 4)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], lr=5e-3)
    for _ in range(40):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(head(model.pool(model(clips))), right[:, 0].float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.2

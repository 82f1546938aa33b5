"""Training states: whole or not at all, and nothing in them is executed."""

import resource
from pathlib import Path

import pytest
import torch

from llmrec.errors import BadInput, StorageError
from llmrec.train.training_state import load_training_state, optimizer_state, resume, save_training_state


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.safetensors"
    assert load_training_state(path) is None
    one = torch.arange(3)
    save_training_state(path, {"weights": {"a.b": one, "same": one}, "epoch": 2, "losses": [0.1, one, None]})
    state = load_training_state(path)
    assert state is not None and state["epoch"] == 2 and state["losses"][0] == 0.1 and state["losses"][2] is None
    assert all(torch.equal(x, one) for x in (*state["weights"].values(), state["losses"][1]))
    assert [file.name for file in path.parent.iterdir()] == ["run.safetensors"]


def test_an_optimizer_goes_on_exactly(tmp_path: Path) -> None:
    def step(weight: torch.nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
        (weight**2).sum().backward()
        optimizer.step()

    def adam() -> tuple[torch.nn.Parameter, torch.optim.Optimizer]:
        weight = torch.nn.Parameter(torch.arange(3.0))
        return weight, torch.optim.AdamW([weight], lr=0.1)

    weight, optimizer = adam()
    step(weight, optimizer)
    save_training_state(tmp_path / "s.safetensors", {"weight": weight, "optimizer": optimizer.state_dict()})
    step(weight, optimizer)
    state = load_training_state(tmp_path / "s.safetensors")
    assert state is not None
    other, again = adam()
    other.data.copy_(state["weight"])
    again.load_state_dict(optimizer_state(state["optimizer"]))
    other.grad = torch.zeros(3)
    other.grad += 2 * torch.arange(3.0)  # what the first step left there
    step(other, again)
    assert torch.equal(weight, other)


def test_a_refused_write_keeps_the_old_state(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    save_training_state(path, {"epoch": 1})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # the system refuses to write on, as a full disk does
    try:
        with pytest.raises(StorageError, match="could not be written"):
            save_training_state(path, {"epoch": 2, "weights": torch.zeros(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert load_training_state(path) == {"epoch": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["run.safetensors"]


@pytest.mark.parametrize("keep", [0, 10, 400])
def test_damaged_checkpoint_is_one_sentence(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "run.safetensors"
    save_training_state(path, {"weights": torch.zeros(1000)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match=r"run\.safetensors is damaged; delete it"):
        load_training_state(path)


def test_another_recipe_is_refused_with_the_fields_that_differ(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    save_training_state(path, {"config": {"lr": 0.1, "batch": 4}, "origin": "a", "epoch": 1})
    assert resume(path, {"config": {"lr": 0.1, "batch": 4}, "origin": "a"})
    with pytest.raises(BadInput, match=r"another recipe \(`lr` was 0\.1\)"):
        resume(path, {"config": {"lr": 0.2, "batch": 4}, "origin": "a"})
    with pytest.raises(BadInput, match="other data"):
        resume(path, {"config": {"lr": 0.1, "batch": 4}, "origin": "b"})


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    torch.save({"state": Path("/")}, path)
    with pytest.raises(BadInput, match="damaged"):
        load_training_state(path)

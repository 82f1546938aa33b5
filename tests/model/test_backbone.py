"""The base model, cut and wrapped."""

from pathlib import Path

import pytest
import torch

from llmrec.errors import SetupError
from llmrec.model.backbone import add_lora, load_backbone


def test_only_the_layers_up_to_the_exit_are_kept_and_frozen(tiny_base: Path) -> None:
    model = load_backbone(tiny_base, 1)
    assert len(model.layers) == 1
    assert not any(p.requires_grad for p in model.parameters())


def test_fresh_lora_changes_no_number(tiny_base: Path) -> None:
    ids = torch.tensor([[4, 5, 6]])
    plain, wrapped = load_backbone(tiny_base, 2), add_lora(load_backbone(tiny_base, 2), 4, 8)
    assert torch.allclose(plain(input_ids=ids).last_hidden_state, wrapped(input_ids=ids).last_hidden_state, atol=1e-6)
    assert any(p.requires_grad for p in wrapped.parameters())


@pytest.mark.parametrize("layer", [0, 3])
def test_exit_layer_that_does_not_exist(tiny_base: Path, layer: int) -> None:
    with pytest.raises(SetupError, match=f"exit layer {layer} does not exist: tiny has 2 layers"):
        load_backbone(tiny_base, layer)


def test_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="llmrec setup"):
        load_backbone(tmp_path, 1)

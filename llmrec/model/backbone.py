"""The base LLM, cut at the layer where ranking exits, with a LoRA on what is left."""

from pathlib import Path
from typing import Any

from torch import nn

from llmrec.errors import CheckpointError, SetupError


def load_backbone(base: Path, exit_layer: int, *, four_bit: bool = False, random_layers: bool = False) -> nn.Module:
    """The first `exit_layer` decoder layers of the HF model in `base`, float32 (or 4-bit NF4 on CUDA).

    `random_layers` re-initialises the layers and keeps the word embeddings: the control that tells what
    pretraining brings. Raises `SetupError` where `base` holds no model.
    """
    import torch
    from transformers import AutoConfig, AutoModel, BitsAndBytesConfig
    from transformers.utils import logging

    if not (base / "config.json").is_file():
        raise SetupError(f"no base model in {base}; run `llmrec setup`, or pass a folder that holds one")
    logging.set_verbosity_error()  # the layers above the exit are left out on purpose; do not warn of each
    logging.disable_progress_bar()
    config = AutoConfig.from_pretrained(base)
    if not 1 <= exit_layer <= config.num_hidden_layers:
        raise SetupError(
            f"exit layer {exit_layer} does not exist: {base.name} has {config.num_hidden_layers} layers; "
            "choose one of them"
        )
    config.num_hidden_layers = exit_layer
    if getattr(config, "layer_types", None):
        config.layer_types = config.layer_types[:exit_layer]
    options: dict[str, Any] = {"dtype": torch.float32, "attn_implementation": "sdpa"}
    if four_bit:
        options |= {
            "quantization_config": BitsAndBytesConfig(
                load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
            ),
            "device_map": {"": 0},
        }
    model: nn.Module = AutoModel.from_pretrained(base, config=config, **options)
    if random_layers:
        words = model.get_input_embeddings().weight.detach().clone()  # type: ignore[operator]
        model = AutoModel.from_config(config, dtype=torch.float32, attn_implementation="sdpa")
        model.get_input_embeddings().weight.data.copy_(words)  # type: ignore[operator]
    model.requires_grad_(False)
    return model


def add_lora(backbone: nn.Module, rank: int, alpha: int) -> nn.Module:
    """Wraps every linear layer with a trainable LoRA (Hu et al. 2021); `rank` 0 leaves the backbone as it is."""
    if rank == 0:
        return backbone
    from peft import LoraConfig, get_peft_model

    return get_peft_model(backbone, LoraConfig(r=rank, lora_alpha=alpha, target_modules="all-linear"))


def merged_writer(base: Path, rationale: Path) -> Any:
    """The whole LLM in `base`, float32, with the peft adapter `rationale` merged into it.

    Raises `CheckpointError` where the adapter is damaged.
    """
    import torch
    from peft import PeftModel
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    try:
        return PeftModel.from_pretrained(model, str(rationale)).merge_and_unload()
    except (OSError, ValueError, SafetensorError, RuntimeError) as error:
        raise CheckpointError(
            f"the rationale adapter {rationale} is damaged ({error}); copy the adapter pack again"
        ) from error

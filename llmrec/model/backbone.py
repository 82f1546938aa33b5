"""The base LLM, cut at the layer where ranking exits, with a LoRA on what is left."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import nn

from llmrec.errors import CheckpointError, SetupError


def require_base(base: Path) -> None:
    """Refuse a folder that holds no base model.

    Parameters
    ----------
    base
        Folder in Hugging Face layout.

    Raises
    ------
    SetupError
        Where its config or its weights are missing.
    """
    for pattern, what in (("config.json", "config.json"), ("*.safetensors", "weights (*.safetensors)")):
        if not any(base.glob(pattern)):
            lacks = f"it has no {what}" if base.is_dir() else "there is no such folder"
            raise SetupError(
                f"no base model in {base} ({lacks}); run `llmrec setup`, or name a folder that holds "
                "one as `base` or in LLMREC_BASE",
                "base",
            )


@contextmanager
def reading_base(base: Path) -> Iterator[None]:
    """While a base model's files are read: what transformers raises becomes one sentence.

    Parameters
    ----------
    base
        Folder in Hugging Face layout.

    Raises
    ------
    SetupError
        Where a file is missing, damaged or of a kind that transformers does not know.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise SetupError(
            f"the base model in {base} cannot be read ({reason}); copy it again, or pass another folder as `base`",
            "base",
        ) from error


def load_backbone(base: Path, exit_layer: int, *, four_bit: bool = False) -> nn.Module:
    """The first decoder layers of a base model, frozen.

    Parameters
    ----------
    base
        Folder in Hugging Face layout.
    exit_layer
        How many layers; the ranking path leaves after the last of them.
    four_bit
        Load the weights as 4-bit NF4 (needs CUDA) in place of float32.

    Raises
    ------
    SetupError
        Where `base` holds no model, or has fewer layers.
    """
    import torch
    from transformers import AutoConfig, AutoModel, BitsAndBytesConfig
    from transformers.utils import logging

    require_base(base)
    logging.set_verbosity_error()  # the layers above the exit are left out on purpose; do not warn of each
    logging.disable_progress_bar()
    with reading_base(base):
        config = AutoConfig.from_pretrained(base)
    layers = getattr(config, "num_hidden_layers", None)
    if not isinstance(layers, int) or config.get_text_config() is not config:
        raise SetupError(
            f"{base.name} ({config.model_type}) is no decoder of text alone; pass the folder of one as `base`", "base"
        )
    if not 1 <= exit_layer <= layers:
        raise SetupError(f"exit layer {exit_layer} does not exist: {base.name} has {layers} layers; choose one of them")
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
    with reading_base(base):
        model: nn.Module = AutoModel.from_pretrained(base, config=config, **options)
    model.requires_grad_(False)
    return model


def add_lora(backbone: nn.Module, rank: int, alpha: int) -> nn.Module:
    """Wraps every linear layer with a trainable LoRA.

    Parameters
    ----------
    backbone
        Frozen decoder layers.
    rank
        Of the update's two factors; 0 leaves the backbone as it is.
    alpha
        The update is weighted alpha / rank.

    References
    ----------
    Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021, arXiv 2106.09685).
    """
    if rank == 0:
        return backbone
    from peft import LoraConfig, get_peft_model

    return get_peft_model(backbone, LoraConfig(r=rank, lora_alpha=alpha, target_modules="all-linear"))


def merged_writer(base: Path, rationale: Path) -> Any:
    """The whole LLM, float32, with the adapter that writes sentences merged into it.

    Parameters
    ----------
    base
        Folder of the base model.
    rationale
        Folder of the peft adapter.

    Raises
    ------
    CheckpointError
        Where the adapter is damaged.
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
            f"the rationale adapter {rationale} is damaged ({error}); copy the checkpoint again"
        ) from error

"""The folder of trained heads: weights, the config open_clip builds from, and the card."""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from llmrec.encoders.clip_lite import CONFIG, HEADS, trained_parts
from llmrec.model.checkpoint import storage_error, write_text
from llmrec.train.card import head_commit

if TYPE_CHECKING:
    from llmrec.train.clip_heads import ClipConfig


def save_heads(
    model: Any,
    shape: Mapping[str, Any],
    out: Path,
    data: Sequence[Path],
    config: "ClipConfig",
    metrics: Mapping[str, float],
    seconds: float,
    machine: str,
) -> None:
    """Writes heads (float16), config and card; raises `StorageError` on a refused write."""
    parts = {name: value.to(torch.float16).contiguous() for name, value in trained_parts(model).items()}
    preprocess = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "size": 224}
    try:
        out.mkdir(parents=True, exist_ok=True)
        save_file(parts, out / HEADS)
        write_text(out / CONFIG, json.dumps({"model_cfg": shape, "preprocess_cfg": preprocess}, indent=2) + "\n")
        write_text(out / "card.md", _card(out.name, data, config, metrics, seconds, machine))
    except (OSError, SafetensorError) as error:
        raise storage_error(f"the heads {out}", error) from error


def _card(
    name: str,
    data: Sequence[Path],
    config: "ClipConfig",
    metrics: Mapping[str, float],
    seconds: float,
    machine: str,
) -> str:
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    reached = "\n".join(f"| {label} | {value:g} |" for label, value in metrics.items())
    recipe = "\n".join(f"| {knob} | {value} |" for knob, value in asdict(config).items())
    return f"""# CLIP heads {name}

Projection heads for EfficientNet-Lite0 (pictures) and all-MiniLM-L6-v2 (words), both frozen, as packages bring them:
together an open_clip `CustomTextCLIP`. `--encoder image=clip-lite` and `text=clip-lite` use the heads that ship,
`open_clip:FOLDER` any others.

## Data
Pairs of a picture and what the catalogue says of the item, from {", ".join(folder.name for folder in data)}; the names
of ImageNet's 1,000 classes and features imagined for them from the tower's own classifier. A fifth of the products, by
hash of product code or title, was never trained on. The folder holds weights computed from the data, none of its words
or pictures; the data keep the terms of their owners.

## Metrics on the products held out
Among 1,000 random ones (or all, where there are fewer), five draws.

| metric | value |
| --- | --- |
{reached}

## Recipe
{seconds:.0f} s on {machine}; {date}, commit {head_commit()}.

| knob | value |
| --- | --- |
{recipe}
"""

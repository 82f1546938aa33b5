"""The default base model: SmolLM2-135M-Instruct, from the GGUF of its package to a plain HF folder."""

import os
from pathlib import Path

from llmrec.errors import SetupError
from llmrec.setup.artefact import Progress, intact, replacing, seal
from llmrec.setup.packages import SMOLLM2

BASE_ID = "SmolLM2-135M-Instruct"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
WHAT = f"the base model {BASE_ID}"
FILES = ("model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json")


def base_folder(home: Path) -> Path:
    """Return where the base model lies (or will lie) under the data directory."""
    return home / "models" / BASE_ID


def base_of(name: str, home: Path) -> Path:
    """Return where the base model of a checkpoint lies.

    Parameters
    ----------
    name
        Its id, as the checkpoint has it.
    home
        The data directory.

    Returns
    -------
    Path
        `$LLMREC_BASE` where that is set; else the folder of that name below `models/`; else the one of setup.
    """
    if given := os.environ.get("LLMREC_BASE"):
        return Path(given)
    own = home / "models" / name
    return own if Path(name).name == name and own.is_dir() else base_folder(home)


def keep_base(base: Path, name: str, home: Path) -> bool:
    """Link a base model of the user's own below `models/`, where `base_of` finds it.

    Parameters
    ----------
    base
        Its folder, which stays where it is.
    name
        Its id.
    home
        The data directory.

    Returns
    -------
    bool
        Whether it is found there: not where another folder has that name, or links cannot be made.
    """
    place = home / "models" / name
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink() and not place.exists():
            place.unlink()  # to a folder that has gone
        if not place.exists():
            place.symlink_to(base.resolve(), target_is_directory=True)
    except FileExistsError:
        pass  # another process of the same training was first
    except OSError:
        return False
    return place.resolve() == base.resolve()


def materialise_base(home: Path, progress: Progress = lambda _line: None) -> Path:
    """Make the Hugging Face folder of the base model: on the first call (30 s, 270 MB), verified after.

    The folder holds bf16 weights dequantised from the package's Q4_1 file, a config without quantisation, and the
    tokenizer with its chat template. A damaged folder is made again.

    Parameters
    ----------
    home
        The data directory.
    progress
        Gets a line at the start of each step that takes more than a second.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    SetupError
        Where the package is missing or its file is truncated.
    StorageError
        Where the disk refuses.
    """
    folder = base_folder(home)
    if intact(folder, what=WHAT, progress=progress):
        return folder
    source = SMOLLM2.folder() / GGUF
    if not source.is_file():
        raise SetupError(
            f"the package {SMOLLM2.distribution} lacks its weights file {source}; "
            f"reinstall it with `{SMOLLM2.install_command()} --force-reinstall` and run `llmrec setup` again"
        )
    with replacing(folder, what=WHAT) as temporary:
        progress(f"{BASE_ID}: reading the weights of the package {SMOLLM2.distribution} (about 30 s, once)")
        _convert(source, temporary)
        progress(f"{BASE_ID}: computing checksums")
        seal(
            temporary,
            id=BASE_ID,
            source=f"{SMOLLM2.distribution}/{GGUF}",
            version=SMOLLM2.version() or "unknown",
            files=FILES,
        )
    return folder


def _convert(gguf: Path, target: Path) -> None:
    """Dequantise `gguf` and save it as bf16 safetensors with config and tokenizer into `target`."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    try:
        loaded = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    except (ValueError, IndexError, KeyError, RuntimeError, OSError) as error:
        raise SetupError(
            f"the weights file {gguf} is truncated or damaged; reinstall its package with "
            f"`{SMOLLM2.install_command()} --force-reinstall` and run `llmrec setup` again"
        ) from error
    settings = loaded.config.to_dict()
    settings.pop("quantization_config", None)
    # A model loaded from GGUF refuses save_pretrained; a fresh model of the same shape does not.
    fresh = LlamaForCausalLM(LlamaConfig(**settings | {"dtype": torch.bfloat16}))
    fresh.load_state_dict(loaded.state_dict())
    torch.nn.Module.to(fresh, torch.bfloat16)
    fresh.save_pretrained(target)
    tokenizer.save_pretrained(target)

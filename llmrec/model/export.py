"""A checkpoint as models that a serving engine loads: its LoRA merged into the weights, in Hugging Face folders.

rank/    the layers that rank; its last hidden state is what `RecLM` reads
write/   the whole LLM that writes sentences, where the checkpoint has a rationale adapter

Merged, because prompt embeddings together with a LoRA crash vLLM under concurrency (vllm issue 51122), and because
merged weights multiply less. Tokenizers and a stamp with checksums lie beside the weights.
"""

from pathlib import Path
from typing import Any

from llmrec.errors import CheckpointError, storage_error
from llmrec.model.backbone import merged_writer
from llmrec.model.checkpoint import Checkpoint, identity
from llmrec.model.restore import check_base, merged_backbone
from llmrec.setup.artefact import replacing, seal, sha256_of

EMBEDS_ONLY = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
"""The ranking model's chat template: it adds nothing to the prompt embeddings that a message carries."""


def rank_name(checkpoint: Checkpoint) -> str:
    """The served name of the ranking model: another training has another name."""
    return f"{identity(checkpoint)}/rank"


def write_name(checkpoint: Checkpoint) -> str:
    """The served name of the writing model."""
    adapter = sha256_of(checkpoint.folder / "rationale" / "adapter_model.safetensors")
    return f"{checkpoint.info.name}@{adapter[:12]}/write"


def export_merged(checkpoint: Checkpoint, base: Path, out: Path) -> dict[str, str]:
    """Writes the merged models, float32.

    Parameters
    ----------
    checkpoint
        The trained part.
    base
        Folder of its base model.
    out
        Gets a folder `rank` and, where sentences are written, `write`.

    Returns
    -------
    dict
        Folder -> the name it is to be served under.

    Raises
    ------
    CheckpointMismatch
        For another base model.
    CheckpointError
        Where the checkpoint is damaged.
    StorageError
        Where the disk refuses.
    """
    check_base(checkpoint, base)
    names = {"rank": rank_name(checkpoint)}
    _write(out / "rank", merged_backbone(checkpoint, base), base, names["rank"], checkpoint, EMBEDS_ONLY)
    rationale = checkpoint.folder / "rationale"
    if rationale.is_dir():
        names["write"] = write_name(checkpoint)
        _write(out / "write", merged_writer(base, rationale), base, names["write"], checkpoint)
    return names


def _write(
    folder: Path, model: Any, base: Path, name: str, checkpoint: Checkpoint, template: str | None = None
) -> None:
    from safetensors import SafetensorError
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    if template:
        tokenizer.chat_template = template
    what = f"the exported model {folder}"
    with replacing(folder, what=what) as made:
        try:
            model.save_pretrained(made)
            tokenizer.save_pretrained(made)
        except SafetensorError as error:
            raise storage_error(what, error) from error
        weights = tuple(sorted(path.name for path in made.glob("*.safetensors")))
        if not weights:
            raise CheckpointError(f"{what} got no weights; export again")
        for path in made.iterdir():
            path.chmod(0o644)  # the server may run as somebody else
        seal(
            made,
            id=name,
            source=f"checkpoint {checkpoint.info.name} on {checkpoint.info.base}",
            version="1",
            files=weights,
        )

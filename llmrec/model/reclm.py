"""RecLM: the recommending LLM. History soft tokens and words in, query vector q out; items score q·v + b."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from llmrec.fusion import build_fusion, build_temporal
from llmrec.fusion.base import FusionSizes, ItemBatch
from llmrec.model.config import RecLMConfig
from llmrec.model.content_pointer import ContentPointer
from llmrec.model.prompt import PromptBatch


@dataclass(frozen=True)
class ItemSchema:
    """What a RecLM has to know of the items before it is given any.

    Parameters
    ----------
    dims
        Modality -> width of an item's normalised vector, all its steps together.
    steps
        Modality -> consecutive blocks (frames) of a vector, where there are several.
    ids
        Rows of the id embeddings: items that were in training.
    """

    dims: Mapping[str, int]
    steps: Mapping[str, int] = field(default_factory=dict)
    ids: int = 0


class EncodedItems(NamedTuple):
    """What the model makes of n items.

    Parameters
    ----------
    soft
        ``(n, K, hidden + shared)`` float32: their soft tokens, as the LLM reads them in a history, and behind each the
        item's place in the shared space, where the model has one.
    vectors
        ``(n, width)`` float32: item vectors v, which query vectors meet.
    biases
        ``(n,)`` float32: b of the score q·v + b; 0 for an item without an id.
    """

    soft: Tensor
    vectors: Tensor
    biases: Tensor


class RecLM(nn.Module):
    """LLM (cut at `exit_layer`, with LoRA) + soft-token fusion + item head. It holds no catalogue.

    An item is known by its media (fusion, item head) plus, where it was seen in training, an id embedding. In
    training the id of a random part of the items is hidden in every step, so that a new item, which has no id, is
    scored by a model that has learnt to do without.

    Parameters
    ----------
    backbone
        The decoder layers that rank, see `llmrec.model.backbone`.
    config
        Sizes.
    schema
        What items look like.
    dropout
        Of soft tokens and of the state that a query vector is read from, in training.
    """

    def __init__(self, backbone: nn.Module, config: RecLMConfig, schema: ItemSchema, dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone, self.config = backbone, config
        words = backbone.get_input_embeddings()  # type: ignore[operator]
        hidden = int(words.weight.shape[1])
        # of what the LLM is given, which for some (Gemma) is more than the table holds
        scale = float(getattr(words, "embed_scale", 1.0))
        spread = scale * float(words.weight.detach().float().std())
        self.modalities = tuple(schema.dims)
        self.steps = {name: n for name, n in schema.steps.items() if n > 1 and name in schema.dims}
        dims = {name: dim // self.steps.get(name, 1) for name, dim in schema.dims.items()}
        self.temporal = nn.ModuleDict({m: build_temporal(config.temporal, dims[m], n) for m, n in self.steps.items()})
        dims |= {m: model.width for m, model in self.temporal.items()}  # type: ignore[misc]
        self.fusion = build_fusion(config.fusion, FusionSizes(dims, hidden, config.soft_tokens, spread, self.steps))
        self.id_in = nn.Embedding(schema.ids, hidden)
        nn.init.normal_(self.id_in.weight, std=spread)
        to_query = nn.Linear(hidden, config.dim)
        self.query_head = nn.Sequential(nn.LayerNorm(hidden), nn.Dropout(dropout), to_query)
        self.item_head = nn.Linear(self.fusion.width, config.dim)
        self.id_out = nn.Embedding(schema.ids, config.dim)
        nn.init.normal_(self.id_out.weight, std=0.02)
        self.bias = nn.Embedding(schema.ids, 1)
        nn.init.zeros_(self.bias.weight)
        self.dropout = nn.Dropout(dropout)
        self.hidden = hidden
        self.pointer: ContentPointer | None = None
        if config.shared:
            self.pointer = ContentPointer(hidden, dims, config.shared, config.window)
            nn.init.zeros_(to_query.weight)  # the score starts as that of the shared space alone
            nn.init.zeros_(to_query.bias)

    @property
    def width(self) -> int:
        """Numbers in a query vector or an item vector."""
        return self.config.dim + (self.pointer.width if self.pointer else 0)

    @property
    def device(self) -> torch.device:
        """Where the model lies."""
        return self.id_in.weight.device

    def encode_items(self, batch: ItemBatch) -> EncodedItems:
        """Everything the model makes of items: rows of a catalogue, or items that are in none.

        Parameters
        ----------
        batch
            n items; n is `batch.rows`' length where only those are wanted.

        Returns
        -------
        EncodedItems
            Soft tokens, item vectors and biases.
        """
        read = self.read_over_time(batch)
        return EncodedItems(self._soft_tokens(read), *self._item_vectors(read))

    def soft_tokens(self, batch: ItemBatch) -> Tensor:
        """The soft tokens of `encode_items` alone.

        Parameters
        ----------
        batch
            n items.

        Returns
        -------
        Tensor
            ``(n, K, hidden + shared)`` float32.
        """
        return self._soft_tokens(self.read_over_time(batch))

    def item_vectors(self, batch: ItemBatch) -> tuple[Tensor, Tensor]:
        """The item vectors and biases of `encode_items` alone.

        Parameters
        ----------
        batch
            n items.

        Returns
        -------
        tuple of Tensor
            ``(n, width)`` and ``(n,)`` float32.
        """
        return self._item_vectors(self.read_over_time(batch))

    def read_over_time(self, batch: ItemBatch) -> ItemBatch:
        """The batch as the fusion reads it: one vector of each clip, or its frames ``(n, steps, width)``."""
        return replace(batch, vectors={m: self._frames(m, x) for m, x in batch.vectors.items()})

    def _frames(self, modality: str, stored: Tensor) -> Tensor:
        if modality not in self.steps:
            return stored
        steps, temporal = self.steps[modality], self.temporal[modality]
        # The row of all frames has unit length; a frame of it is to have that too.
        read: Tensor = temporal(stored.view(len(stored), steps, -1) * steps**0.5)
        return read if self.fusion.reads_frames else temporal.pool(read)  # type: ignore[operator]

    def _soft_tokens(self, read: ItemBatch) -> Tensor:
        tokens: Tensor = self.fusion(read) + _of_ids(self.id_in, read).unsqueeze(1)
        if self.pointer:
            place = self.pointer.content(read).unsqueeze(1).expand(-1, tokens.shape[1], -1)
            tokens = torch.cat([tokens, place], dim=-1)
        return _wanted(tokens, read)

    def _item_vectors(self, read: ItemBatch) -> tuple[Tensor, Tensor]:
        v = self.item_head(self.fusion.content(read)) + _of_ids(self.id_out, read)
        if self.pointer:
            v = torch.cat([v, self.pointer.content(read)], dim=-1)
        return _wanted(v, read), _wanted(_of_ids(self.bias, read).squeeze(-1), read)

    def embed(self, prompt: PromptBatch, soft: Tensor) -> Tensor:
        """Input embeddings of prompts: word embeddings and soft tokens, spliced.

        Parameters
        ----------
        prompt
            B prompts of T slots.
        soft
            ``(items, K, hidden + shared)``: the soft tokens that the prompts' item rows mean.

        Returns
        -------
        Tensor
            ``(B, T, hidden)`` in the dtype of the word embeddings.
        """
        words = self.backbone.get_input_embeddings()(prompt.tokens.clamp(min=0))  # type: ignore[operator]
        media = self.dropout(soft[prompt.items.clamp(min=0), prompt.slot.clamp(min=0), : self.hidden])
        return torch.where((prompt.items >= 0).unsqueeze(-1), media.to(words.dtype), words)

    def states(self, prompt: PromptBatch, embeds: Tensor) -> Tensor:
        """Hidden states at the exit layer.

        Parameters
        ----------
        prompt
            B prompts of T slots.
        embeds
            ``(B, T, hidden)``: see `embed`.

        Returns
        -------
        Tensor
            ``(B, T, hidden)``.
        """
        options: dict[str, Any] = {
            "inputs_embeds": embeds,
            "position_ids": prompt.position,
            "use_cache": False,
        }
        if not prompt.plain:
            # sdpa takes an additive mask; a boolean one is read differently by some attention back ends.
            allowed = prompt.attention()
            options["attention_mask"] = torch.zeros_like(allowed, dtype=embeds.dtype).masked_fill(
                ~allowed, torch.finfo(embeds.dtype).min
            )
        states: Tensor = self.backbone(**options).last_hidden_state
        return states

    def read(self, states: Tensor, soft: Tensor, prompt: PromptBatch, at: Tensor) -> Tensor:
        """Query vectors.

        Parameters
        ----------
        states
            ``(B, T, hidden)``: see `states`.
        soft, prompt
            As of `forward`.
        at
            ``(B, N)`` int64: slots to read at; -1 gives a vector without meaning.

        Returns
        -------
        Tensor
            ``(B, N, width)`` float32.
        """
        index = at.clamp(min=0).unsqueeze(-1).expand(-1, -1, states.shape[-1])
        return self.query(states.gather(1, index).float(), soft, prompt, at)

    def query(self, states: Tensor, soft: Tensor, prompt: PromptBatch, at: Tensor) -> Tensor:
        """The query vectors of `read`, from the states `(B, N, hidden)` of their slots alone."""
        q: Tensor = self.query_head(states)
        if self.pointer is None:
            return q
        items = soft[prompt.items.clamp(min=0), 0]
        of_history = self.pointer(
            states, items[..., : self.hidden], items[..., self.hidden :], prompt.history_slots(at)
        )
        return torch.cat([q, of_history], dim=-1)

    def forward(self, prompt: PromptBatch, soft: Tensor) -> tuple[Tensor, Tensor]:
        """Query vectors of prompts.

        Parameters
        ----------
        prompt
            B prompts, with histories of N items at most and M branches at most.
        soft
            ``(items, K, hidden + shared)``: the soft tokens that the prompts' item rows mean.

        Returns
        -------
        tuple of Tensor
            Of the trunk after each number of items ``(B, N + 1, width)``, and of the branches ``(B, M, width)``.
        """
        states = self.states(prompt, self.embed(prompt, soft))
        trunk, branch = (self.read(states, soft, prompt, at) for at in (prompt.read_trunk, prompt.read_branch))
        return trunk, branch

    def trainable(self) -> dict[str, nn.Parameter]:
        """Every parameter that training changes, by name: LoRA, fusion, heads, ids."""
        return {name: p for name, p in self.named_parameters() if p.requires_grad}


def _of_ids(embedding: nn.Embedding, batch: ItemBatch) -> Tensor:
    """`(n, width)`: what each item's id adds; zeros for an item that owns none."""
    if batch.id_rows is None or not embedding.num_embeddings:
        return embedding.weight.new_zeros(len(batch), embedding.embedding_dim)
    own: Tensor = embedding(batch.id_rows.clamp(min=0)) * (batch.id_rows >= 0).unsqueeze(-1)
    return own


def _wanted(found: Tensor, batch: ItemBatch) -> Tensor:
    return found if batch.rows is None else found[batch.rows]

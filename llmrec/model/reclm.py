"""RecLM: the recommending LLM. History soft tokens and words in, query vector q out; items score q·v + b."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from llmrec.fusion.concat import ConcatFusion
from llmrec.model.config import RecLMConfig
from llmrec.model.prompt import PromptBatch


class RecLM(nn.Module):
    """LLM (cut at `exit_layer`, with LoRA) + soft-token fusion + item head.

    An item is known by what its media say (fusion, item head) plus, where it was seen in training, an id
    embedding. In training the id of a random part of the items is hidden in every step, so that a new item,
    which has no id, is scored by a model that has learnt to do without.
    """

    vectors: Mapping[str, Tensor]

    def __init__(
        self,
        backbone: nn.Module,
        config: RecLMConfig,
        vectors: Mapping[str, Tensor],
        mask: Mapping[str, Tensor],
        known: Tensor,
        dropout: float = 0.0,
    ) -> None:
        """`vectors[modality]: (items, dim) float32` normalised; `mask[modality]: (items,) bool`;
        `known: (items,) bool`: items with training events, which own an id."""
        super().__init__()
        self.backbone, self.config = backbone, config
        table = backbone.get_input_embeddings().weight  # type: ignore[operator]
        hidden = int(table.shape[1])
        spread = float(table.detach().float().std())
        items = known.shape[0]
        self.modalities = tuple(vectors)
        for name in self.modalities:
            self.register_buffer(f"vectors_{name}", vectors[name], persistent=False)
            self.register_buffer(f"mask_{name}", mask[name], persistent=False)
        self.register_buffer("known", known, persistent=False)
        dims = {name: int(v.shape[1]) for name, v in vectors.items()}
        self.fusion = ConcatFusion(dims, hidden, config.soft_tokens, spread)
        self.id_in = nn.Embedding(items, hidden)
        nn.init.normal_(self.id_in.weight, std=spread)
        self.query_head = nn.Sequential(nn.LayerNorm(hidden), nn.Dropout(dropout), nn.Linear(hidden, config.dim))
        self.item_head = nn.Linear(sum(dims.values()), config.dim)
        self.id_out = nn.Embedding(items, config.dim)
        nn.init.normal_(self.id_out.weight, std=0.02)
        self.bias = nn.Embedding(items, 1)
        nn.init.zeros_(self.bias.weight)
        self.dropout = nn.Dropout(dropout)

    def media(self, hidden: Mapping[str, Tensor] | None = None) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The catalogue's vectors and masks; `hidden[modality]: (items,) bool` marks what to treat as missing."""
        vectors = {m: getattr(self, f"vectors_{m}") for m in self.modalities}
        mask = {m: getattr(self, f"mask_{m}") for m in self.modalities}
        if hidden:
            mask = {m: mask[m] & ~hidden[m] if m in hidden else mask[m] for m in mask}
        return vectors, mask

    def soft(self, ids: Tensor, hidden: Mapping[str, Tensor] | None = None) -> Tensor:
        """Soft tokens of the whole catalogue, `(items, K, hidden)`; `ids (items,) bool`: whose id may be used."""
        tokens: Tensor = self.fusion(*self.media(hidden))
        return tokens + (self.id_in.weight * ids.unsqueeze(-1)).unsqueeze(1)

    def item_vectors(self, ids: Tensor, hidden: Mapping[str, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """Item vectors `v (items, dim)` and biases `b (items,)`."""
        vectors, mask = self.media(hidden)
        content = torch.cat([vectors[m] * mask[m].unsqueeze(-1) for m in self.modalities], dim=-1)
        v = self.item_head(content) + self.id_out.weight * ids.unsqueeze(-1)
        return v, self.bias.weight.squeeze(-1) * ids

    def embed(self, batch: PromptBatch, soft: Tensor) -> Tensor:
        """Input embeddings `(B, T, hidden)`: word embeddings and soft tokens, spliced."""
        words = self.backbone.get_input_embeddings()(batch.tokens.clamp(min=0))  # type: ignore[operator]
        media = self.dropout(soft[batch.items.clamp(min=0), batch.slot.clamp(min=0)])
        return torch.where((batch.items >= 0).unsqueeze(-1), media.to(words.dtype), words)

    def states(self, batch: PromptBatch, embeds: Tensor) -> Tensor:
        """Hidden states at the exit layer, `(B, T, hidden)`."""
        options: dict[str, Any] = {
            "inputs_embeds": embeds,
            "position_ids": batch.position,
            "use_cache": False,
        }
        if not batch.plain:
            # sdpa takes an additive mask; a boolean one is read differently by some attention back ends.
            allowed = batch.attention()
            options["attention_mask"] = torch.zeros_like(allowed, dtype=embeds.dtype).masked_fill(
                ~allowed, torch.finfo(embeds.dtype).min
            )
        states: Tensor = self.backbone(**options).last_hidden_state
        return states

    def read(self, states: Tensor, at: Tensor) -> Tensor:
        """Query vectors `(B, N, dim)` at slots `at (B, N)`; rows of -1 give a vector nobody should use."""
        index = at.clamp(min=0).unsqueeze(-1).expand(-1, -1, states.shape[-1])
        q: Tensor = self.query_head(states.gather(1, index).float())
        return q

    def forward(self, batch: PromptBatch, soft: Tensor) -> tuple[Tensor, Tensor]:
        """Query vectors of trunk `(B, N + 1, dim)` and branches `(B, M, dim)`."""
        states = self.states(batch, self.embed(batch, soft))
        return self.read(states, batch.read_trunk), self.read(states, batch.read_branch)

    def trainable(self) -> dict[str, nn.Parameter]:
        """Every parameter that training changes, by name: LoRA, fusion, heads, ids."""
        return {name: p for name, p in self.named_parameters() if p.requires_grad}

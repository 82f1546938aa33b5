"""RecLM: the recommending LLM. History soft tokens and words in, query vector q out; items score q·v + b."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from llmrec.fusion import build_fusion, build_temporal
from llmrec.fusion.item_graph import item_graph
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
        steps: Mapping[str, int] | None = None,
        interacted: Tensor | None = None,
    ) -> None:
        """`vectors[modality]: (items, dim) float32` normalised; `mask[modality]: (items,) bool`;
        `known: (items,) bool`: items with training events, which own an id; `steps[modality]`: how many
        consecutive blocks (frames) a vector of it is, default one; `taken: (2, events) int` item row and user
        number of every training event, for the fusion that reads it ("graph")."""
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
        self.steps = {name: n for name, n in (steps or {}).items() if n > 1 and name in vectors}
        dims = {name: int(v.shape[1]) // self.steps.get(name, 1) for name, v in vectors.items()}
        self.temporal = nn.ModuleDict({m: build_temporal(config.temporal, dims[m], n) for m, n in self.steps.items()})
        dims |= {m: model.width for m, model in self.temporal.items()}  # type: ignore[misc]
        self.interacted = torch.empty((2, 0), dtype=torch.long) if interacted is None else interacted
        graph = item_graph(vectors, mask, self.interacted) if config.fusion == "graph" else None
        self.fusion = build_fusion(config.fusion, dims, hidden, config.soft_tokens, spread, self.steps, graph)
        self.id_in = nn.Embedding(items, hidden)
        nn.init.normal_(self.id_in.weight, std=spread)
        self.query_head = nn.Sequential(nn.LayerNorm(hidden), nn.Dropout(dropout), nn.Linear(hidden, config.dim))
        self.item_head = nn.Linear(self.fusion.width, config.dim)
        self.id_out = nn.Embedding(items, config.dim)
        nn.init.normal_(self.id_out.weight, std=0.02)
        self.bias = nn.Embedding(items, 1)
        nn.init.zeros_(self.bias.weight)
        self.dropout = nn.Dropout(dropout)

    def media(
        self, hidden: Mapping[str, Tensor] | None = None, rows: Tensor | None = None
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Vectors and masks as the fusion reads them, of the catalogue or of its `rows (n,)`.

        `hidden[modality]: (items,) bool` marks what to treat as missing.
        """
        vectors, mask = {}, {}
        for m in self.modalities:
            stored, there = getattr(self, f"vectors_{m}"), getattr(self, f"mask_{m}")
            there = there & ~hidden[m] if hidden and m in hidden else there
            stored, mask[m] = (stored, there) if rows is None else (stored[rows], there[rows])
            vectors[m] = self._over_time(m, stored) if m in self.steps else stored
        return vectors, mask

    def _over_time(self, modality: str, stored: Tensor) -> Tensor:
        """`(n, steps x dim)` -> `(n, width)`, or `(n, steps, width)` where the fusion reads frames."""
        steps, temporal = self.steps[modality], self.temporal[modality]
        # The row of all frames has unit length; a frame of it is to have that too.
        read: Tensor = temporal(stored.view(len(stored), steps, -1) * steps**0.5)
        return read if self.fusion.reads_frames else temporal.pool(read)  # type: ignore[operator]

    def soft(self, ids: Tensor, hidden: Mapping[str, Tensor] | None = None, rows: Tensor | None = None) -> Tensor:
        """Soft tokens `(items, K, hidden)`, of the catalogue or of its `rows (n,)`.

        `ids (items,) bool`: whose id may be used.
        """
        whole = self.fusion.reads_neighbours
        tokens: Tensor = self.fusion(*self.media(hidden, None if whole else rows))
        own = self.id_in.weight * ids.unsqueeze(-1)
        if rows is None:
            return tokens + own.unsqueeze(1)
        return (tokens[rows] if whole else tokens) + own[rows].unsqueeze(1)

    def unseen(self, given: Mapping[str, Tensor]) -> Tensor:
        """Soft tokens `(K, hidden)` of an item outside the catalogue, which has no id and no other media.

        `given[modality]: (dim,)` normalised. Where the fusion reads neighbours, the item stands in the place of the
        catalogue's item that is most like it.
        """
        first = next(iter(given))
        likest = (getattr(self, f"vectors_{first}") @ given[first]).argmax().view(1)
        place = likest if self.fusion.reads_neighbours else None
        vectors, mask = {}, {}
        for m in self.modalities:
            stored, there = getattr(self, f"vectors_{m}"), getattr(self, f"mask_{m}")
            own = given.get(m, torch.zeros_like(stored[0])).to(stored).unsqueeze(0)
            has = torch.tensor([m in given], device=there.device)
            if place is not None:
                own, has = stored.index_copy(0, place, own), there.index_copy(0, place, has)
            vectors[m], mask[m] = self._over_time(m, own) if m in self.steps else own, has
        tokens: Tensor = self.fusion(vectors, mask)
        return tokens[0 if place is None else int(place)]

    def item_vectors(self, ids: Tensor, hidden: Mapping[str, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """Item vectors `v (items, dim)` and biases `b (items,)`."""
        v = self.item_head(self.fusion.content(*self.media(hidden))) + self.id_out.weight * ids.unsqueeze(-1)
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

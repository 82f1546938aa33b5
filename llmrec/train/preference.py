"""Learns item codes and the model that counts them, on the next item of histories (see `llmrec.ranking.preference`).

Counts do not depend on order, so every step reads histories in new random orders, which augments the data. Noise is
added to an item's place in interest space, one draw for an item read and for the same item scored, so that neighbours
share codes and single items are not memorised.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from llmrec.ranking.content import unit_rows
from llmrec.ranking.preference import SMALL, VALUES, PreferenceModel, Reader
from llmrec.ranking.projection import Interest
from llmrec.vector_rows import VectorRows

MODELS = 3
"""Models trained independently, whose scores are added."""
CODES = 6
"""Codes a modality."""
DIRECTIONS = 16
"""Of an interest space that codes are read from."""
STEPS, BATCH, RATE = 2500, 16, 0.03
PASSES = 50
"""Upper limit of the times that a history is read: few users are soon memorised."""
NOISE = 0.5
"""Deviation of the noise on a place in interest space, whose own deviation is about one."""
CANDIDATES = 2000
"""Negatives that a step draws from a larger catalogue, beside the items read."""
MAX_HISTORY = 32
"""Items of a history that a step reads."""
MIN_HISTORY = 4
"""Items that must be read before the next is predicted: fewer do not show what a user is consistent in."""


def learn_preference(
    vectors: Mapping[str, VectorRows],
    mask: Mapping[str, NDArray[np.bool_]],
    steps: Mapping[str, int],
    histories: Sequence[Sequence[int]],
    seed: int,
) -> PreferenceModel | None:
    """Fit the preference model of a catalogue.

    Parameters
    ----------
    vectors
        Modality -> ``(items, dim)``, raw.
    mask
        Modality -> ``(items,)`` bool.
    steps
        Modality -> frames in a vector, where there are several.
    histories
        Item rows of each user.
    seed
        Seed of everything random.

    Returns
    -------
    PreferenceModel or None
        None where no history is long enough.
    """
    media = {m: unit_rows(x[:], steps.get(m, 1)) for m, x in vectors.items() if mask[m].any()}
    interests = {m: Interest.of(x, mask[m], histories) for m, x in media.items()}
    return fit_preference(interests, media, mask, histories, seed)


def fit_preference(
    interests: Mapping[str, Interest],
    media: Mapping[str, NDArray[np.float32]],
    mask: Mapping[str, NDArray[np.bool_]],
    histories: Sequence[Sequence[int]],
    seed: int,
) -> PreferenceModel | None:
    """Fit the preference model over given interest spaces.

    Parameters
    ----------
    interests
        Modality -> its interest space.
    media
        Modality -> ``(items, dim)`` float32 unit rows.
    mask
        Modality -> ``(items,)`` bool.
    histories
        Item rows of each user.
    seed
        Seed of everything random.

    Returns
    -------
    PreferenceModel or None
        None where no history is long enough.
    """
    rows = [torch.tensor(list(h)) for h in histories if len(h) > MIN_HISTORY]
    if not rows or not interests:
        return None
    places = {m: x.places(media[m])[:, :DIRECTIONS] for m, x in interests.items()}
    steps = min(STEPS, -(-PASSES * len(rows) // BATCH))
    fitted = []
    for n in range(MODELS):
        generator = torch.Generator().manual_seed(MODELS * seed + n)
        model = _TrainablePreference(places, mask, generator)
        optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.0)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 0.55 + 0.45 * math.cos(math.pi * n / steps))
        for _ in range(steps):
            chosen = torch.randint(len(rows), (BATCH,), generator=generator)
            batch = [rows[n][torch.randperm(len(rows[n]), generator=generator)[:MAX_HISTORY]] for n in chosen]
            loss = model.loss(nn.utils.rnn.pad_sequence(batch, batch_first=True, padding_value=-1), generator)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        fitted.append(model.arrays())
    stacked = {name: np.stack([arrays[name] for arrays in fitted]) for name in fitted[0]}
    readers = {
        m: Reader(x, *(stacked[f"{part}.{m}"] for part in ("weight", "bias", "gain"))) for m, x in interests.items()
    }
    return PreferenceModel(readers, *(stacked[name] for name in ("prior", "calm", "keen")))


class _TrainablePreference(nn.Module):
    """The trainable form of `llmrec.ranking.preference.PreferenceModel`, over one catalogue."""

    def __init__(
        self,
        places: Mapping[str, NDArray[np.float32]],
        mask: Mapping[str, NDArray[np.bool_]],
        generator: torch.Generator,
    ) -> None:
        """`places[modality] (items, k)` in interest space, `mask[modality] (items,)`."""
        super().__init__()
        self.places = {m: torch.from_numpy(x) for m, x in places.items()}
        self.present = {m: torch.from_numpy(mask[m]) for m in places}
        width = CODES * VALUES
        self.weight = nn.ParameterDict(
            {
                m: torch.randn(x.shape[1], width, generator=generator) * x.shape[1] ** -0.5
                for m, x in self.places.items()
            }
        )
        self.bias = nn.ParameterDict({m: torch.zeros(width) for m in places})
        self.prior = nn.Parameter(torch.tensor(1.0))
        self.calm = nn.Parameter(torch.tensor(0.3))
        self.keen = nn.Parameter(torch.tensor(1.3))
        self.gain = nn.ParameterDict({m: torch.ones(CODES) for m in places})

    def loss(self, items: Tensor, generator: torch.Generator) -> Tensor:
        """Mean cross-entropy of the next item; `items (batch, length)` rows, -1 after the end of each."""
        present = items >= 0
        rows, items = self._candidates(items, present, generator)
        codes = self._codes(rows, generator)
        base = self._base(codes)
        counts = (codes[items.clamp(min=0)] * present.unsqueeze(-1)).cumsum(1)
        predicted = present[:, MIN_HISTORY:]
        q = self._query(counts[:, MIN_HISTORY - 1 : -1][predicted], base)
        return F.cross_entropy(q @ self._filled_codes(codes, base).T, items[:, MIN_HISTORY:][predicted])

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """By name, in numpy: "weight.MODALITY", "bias.MODALITY", "gain.MODALITY", "prior", "calm", "keen"."""
        arrays = {name: p.detach().numpy().copy() for name, p in self.named_parameters()}
        return arrays | {"prior": F.softplus(self.prior.detach()).numpy(), "keen": self._keenness().detach().numpy()}

    def _keenness(self) -> Tensor:
        return 3 * F.softplus(self.keen)

    def _candidates(self, items: Tensor, present: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw the rows `(n,)` that the step scores, and give `items` as positions among them."""
        n_items = len(next(iter(self.places.values())))
        if n_items <= CANDIDATES:
            return torch.arange(n_items), items
        rows = torch.cat([items[present], torch.randperm(n_items, generator=generator)[:CANDIDATES]]).unique()
        return rows, torch.where(present, torch.searchsorted(rows, items.clamp(min=0)), -1)

    def _codes(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """Compute the codes `(n, width)` of `rows (n,)`, their places with new noise."""
        parts = []
        for m, places in self.places.items():
            place = places[rows]
            noisy = place + NOISE * torch.randn(place.shape, generator=generator)
            chances = (noisy @ self.weight[m] + self.bias[m]).view(len(place), CODES, VALUES).softmax(-1)
            parts.append(chances.flatten(1) * self.present[m][rows].unsqueeze(-1))
        return torch.cat(parts, dim=-1)

    def _base(self, codes: Tensor) -> Tensor:
        """`(codes, VALUES)`: the catalogue's shares."""
        summed = codes.sum(0).view(-1, VALUES)
        return (summed + SMALL) / (summed.sum(-1, keepdim=True) + VALUES * SMALL)

    def _filled_codes(self, codes: Tensor, base: Tensor) -> Tensor:
        by_code = codes.view(len(codes), -1, VALUES)
        return (by_code + (1 - by_code.sum(-1, keepdim=True)) * base).flatten(1)

    def _query(self, counts: Tensor, base: Tensor) -> Tensor:
        counts, weight = counts.view(len(counts), -1, VALUES), F.softplus(self.prior)
        chance = (counts + weight * base) / (counts.sum(-1, keepdim=True) + weight)
        lift = (chance / base).log()
        weights = self.calm + self._keenness() * (chance * lift).sum(-1, keepdim=True)
        gain = torch.cat([self.gain[m] for m in self.places]).unsqueeze(-1)
        return (lift * weights * gain).flatten(1)

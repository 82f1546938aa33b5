"""Training in shards of users, so that one user can be forgotten at the cost of one shard.

Every user belongs to one shard by a hash of their id. A model is trained on each shard alone, all from the same
untrained start, and the weights are averaged. What a shard has learnt depends on its own users and on the items, on
nothing else: not on other users' items (ids are owned by shard), nor on their validation events. So training the shards
of forgotten users again, and averaging with the others as they were, gives bit for bit what training anew without those
users gives (`llmrec.train.unlearn`).

An item's id rows are averaged over the shards whose users have interacted with it, everything else over all shards,
weighted by their events. The two factors of a LoRA are averaged each, as federated averaging does, which is not the
average of their products; from one start they stay near enough to each other for that.

References
----------
Bourtoule et al., "Machine Unlearning" (2021, IEEE S&P), whose shards (SISA) vote; McMahan et
al., "Communication-Efficient Learning of Deep Networks from Decentralized Data" (2017, AISTATS), whose averaging is
done here once, at the end, so that one model has to be served.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from llmrec.catalog import Catalog
from llmrec.errors import BadInput
from llmrec.model.reclm import RecLM
from llmrec.train.config import TrainConfig
from llmrec.train.continued import OF_ITEMS
from llmrec.train.logs import Stage
from llmrec.train.sequence_windows import Prompts
from llmrec.train.trainer import Progress, state_fits


@dataclass(frozen=True)
class ShardWeights:
    """What one shard has learnt.

    Parameters
    ----------
    weights
        Parameter -> its value.
    known
        ``(items,)`` bool: the items that own an id in the shard.
    events
        How many the shard has learnt from.
    """

    weights: Mapping[str, Tensor]
    known: Tensor
    events: int


def shard_of(user: str, shards: int) -> int:
    """The shard of a user, from 1; the same on every machine and for any set of users.

    Parameters
    ----------
    user
        Its id.
    shards
        How many there are.

    Examples
    --------
    >>> [shard_of(user, 4) for user in ("ann", "bob", "eve")]
    [2, 3, 3]
    """
    return int.from_bytes(hashlib.blake2b(user.encode(), digest_size=8).digest(), "big") % shards + 1


def shard_histories(histories: Mapping[str, Sequence[int]], shards: int) -> dict[int, dict[str, Sequence[int]]]:
    """The histories of each shard that has a history to learn from, in their order.

    Parameters
    ----------
    histories
        User -> training item rows.
    shards
        How many there are.
    """
    parts: dict[int, dict[str, Sequence[int]]] = {number: {} for number in range(1, shards + 1)}
    for user, rows in histories.items():
        parts[shard_of(user, shards)][user] = rows
    return {number: part for number, part in parts.items() if any(len(rows) > 1 for rows in part.values())}


@torch.no_grad()
def average_into(model: RecLM, parts: Sequence[ShardWeights]) -> None:
    """Give a model the averaged weights of shards; id rows that no shard owns stay as they are.

    Parameters
    ----------
    model
        Untrained, of the shards' shape.
    parts
        At least one.
    """
    shares = torch.tensor([part.events for part in parts], dtype=torch.float64)
    owned = torch.stack([part.known for part in parts]) * shares[:, None]  # (shards, items)
    for name, p in model.trainable().items():
        values = torch.stack([part.weights[name].to(p.device, torch.float64) for part in parts])
        if name.split(".")[0] in OF_ITEMS:
            weighted = (owned.unsqueeze(-1) * values).sum(0)
            rows = owned.sum(0) > 0
            p[rows] = (weighted / owned.sum(0).clamp(min=1).unsqueeze(-1))[rows].to(p.dtype)
        else:
            p.copy_(torch.tensordot(shares / shares.sum(), values, 1))


def merged_progress(parts: Sequence[Progress]) -> Progress:
    """The progress of all shards as that of one training: seconds added, metrics of an epoch averaged over shards.

    Parameters
    ----------
    parts
        Of each shard; at least one.
    """
    log = []
    for epoch in range(max(len(part.log) for part in parts)):
        rows = [part.log[epoch] for part in parts if len(part.log) > epoch]
        row = {name: sum(each[name] for each in rows) / len(rows) for name in rows[0]}
        log.append(row | {"seconds": sum(each["seconds"] for each in rows)})
    return Progress(
        epoch=max(part.epoch for part in parts),
        best=sum(part.best for part in parts) / len(parts),
        best_epoch=max(part.best_epoch for part in parts),
        seconds=sum(part.seconds for part in parts),
        machine=parts[0].machine,
        log=log,
    )


@dataclass(frozen=True)
class Forgotten:
    """The users that a run has forgotten, by digests that tell no id: its data may still have their events.

    Parameters
    ----------
    salt
        Of the digests, hexadecimal; drawn for each run.
    digests
        One a user.
    """

    salt: str = ""
    digests: frozenset[str] = frozenset()

    @classmethod
    def of(cls, record: Path) -> "Forgotten":
        """Those that a run's record names; none where there is no record.

        Parameters
        ----------
        record
            `run.json` of a training state.

        Raises
        ------
        BadInput
            Where it is damaged.
        """
        if not record.is_file():
            return cls()
        try:
            noted = json.loads(record.read_text(encoding="utf-8")).get("forgotten", {})
            return cls(noted.get("salt", ""), frozenset(noted.get("users", ())))
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise BadInput(f"{record} is damaged ({error}); delete the folder, and train from the start") from error

    def adding(self, users: Iterable[str]) -> "Forgotten":
        """The same, and these users."""
        salted = self if self.salt else replace(self, salt=secrets.token_hex(16))
        digests = self.digests | {salted._digest(user) for user in users}
        return replace(salted, digests=digests) if digests else self

    def without(self, catalog: Catalog) -> Catalog:
        """The catalogue without their events."""
        if not self.digests:
            return catalog
        kept = {user: own for user, own in catalog.histories.items() if self._digest(user) not in self.digests}
        return replace(catalog, histories=kept)

    def record(self) -> dict[str, Any]:
        """What `of` reads: an entry of a run's record, none where nobody is forgotten."""
        return {"forgotten": {"salt": self.salt, "users": sorted(self.digests)}} if self.digests else {}

    def _digest(self, user: str) -> str:
        return hashlib.blake2b(user.encode(), key=bytes.fromhex(self.salt), digest_size=16).hexdigest()


@dataclass
class Reuse:
    """What becomes of the training states of a run that forgets: those whose data are unchanged are kept.

    Parameters
    ----------
    shards
        How many the run has.
    """

    shards: int
    _dropped: dict[Path, int] = field(default_factory=dict)
    _seconds: dict[Path, float] = field(default_factory=dict)

    def keep_or_drop(
        self,
        model: RecLM,
        prompts: Prompts,
        config: TrainConfig,
        state: Path,
        shard: int,
        notify: Callable[[Stage, str], None],
    ) -> None:
        """Delete a state that was trained on other histories than those that are left.

        Parameters
        ----------
        model, prompts, config, state
            As of `llmrec.train.trainer.fit`.
        shard
            Whose state it is.
        notify
            Told what is done.
        """
        stage: Stage = "refit" if state.name.startswith("refit") else "select"
        name = f"shard {shard} of {self.shards}" if self.shards > 1 else "the model"
        if state_fits(model, prompts, config, state):
            notify(stage, f"{name}: nothing to forget, kept as it is")
            return
        missing = not state.is_file()
        notify(stage, f"{name}: {'there is no training state, it is trained' if missing else 'trained again'}")
        state.unlink(missing_ok=True)
        self._dropped[state] = shard

    def count(self, state: Path, progress: Progress) -> None:
        """Note the seconds of the training whose state it is, whether done now or before."""
        self._seconds[state] = progress.seconds

    def drop_unused(self, folder: Path) -> None:
        """Delete the training states that none of this run's trainings is of: a shard may have lost all its users.

        Parameters
        ----------
        folder
            Of the states.
        """
        for state in {*folder.glob("select*.safetensors"), *folder.glob("refit*.safetensors")} - {*self._seconds}:
            state.unlink()

    def record(self) -> dict[str, Any]:
        """For provenance: the shards that were trained again, its seconds, and those of training all of them."""
        return {
            "trained again": sorted(set(self._dropped.values())),
            "shards": self.shards,
            "seconds": round(sum(self._seconds.get(state, 0.0) for state in self._dropped), 1),
            "seconds of all": round(sum(self._seconds.values()), 1),
        }

"""Training with differential privacy, its unit the user: nothing in the checkpoint tells whether one took part.

DP-SGD (Abadi et al. 2016): a step draws each user with the same chance (Poisson sampling), makes one gradient of each
over all of their windows, shortens it to `clip`, adds them up, and adds Gaussian noise. Opacus accounts for it (Rényi
differential privacy). Its `GradSampleModule`, which gives the gradient of every sample of a batch in one pass, is not
used: it takes the first axis of a layer's input for the samples, and the layers that make item vectors read the
catalogue there, not users, since the softmax is over all items. So each user is a batch of their own, as the
definition has it, on a plain model; no hook has to survive the LoRA.

What else a run learns from interactions is inside the budget or left out:

- how often each item is chosen is counted with noise (each user's events together weigh one unit), and what noise alone
  would reach counts as never;
- items own no ids, as which of them had events would show; item-item statistics, preference codes and interest axes are
  not learnt: their noise grows with the square of the catalogue, and drowns all but how often items are chosen;
- soft-token fusion stays at its random start: noise grows with the number of parameters, and LoRA and heads suffice;
- the number of epochs is given, and the weights of the fused score are constants: no event chooses anything.

Sampling and noise come from the system's entropy and are not reproducible: whoever knows the seed of the noise can
subtract it. They are ordinary floating-point numbers, without defence against attacks on their low bits (Mironov 2012).

References
----------
Abadi et al., "Deep Learning with Differential Privacy" (2016, CCS); McMahan et al., "Learning Differentially Private
Recurrent Language Models" (2018, ICLR), for users as the unit; Mironov, Talwar & Zhang, "Rényi Differential Privacy of
the Sampled Gaussian Mechanism" (2019, arXiv 1908.10530); Mironov, "On Significance of the Least Significant Bits for
Differential Privacy" (2012, CCS); Donoho & Johnstone, "Ideal Spatial Adaptation by Wavelet Shrinkage" (1994,
Biometrika), for the threshold of the counts.
"""

import math
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from llmrec.extras import needs
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import RecLM
from llmrec.provenance import machine_name
from llmrec.ranking.components import InteractionModels
from llmrec.ranking.item_item import Collaborative
from llmrec.ranking.score_component import EXAMPLE, LLM, POPULARITY, QUERY_TERMS, RECENT, WORDS, ComponentKey
from llmrec.train.calibrate import Calibration
from llmrec.train.config import TrainConfig
from llmrec.train.logs import Report, Stage, TrainEvent, log_lines
from llmrec.train.objective import to_batch
from llmrec.train.sequence_windows import Prompts, Window
from llmrec.train.trainer import Progress, recipe_of
from llmrec.train.training_state import optimizer_state, resume, save_training_state

HEADS = ("query_head", "item_head")
"""Modules of a RecLM that are trained beside its LoRA."""
WINDOWS = 32
"""Windows of a user that are in memory at once."""
NOISES = (0.01, 1000.0)
"""Noise multipliers between which the one of the budget is looked for."""


@dataclass(frozen=True)
class Budget:
    """The mechanisms of a run and what they spend.

    Parameters
    ----------
    epsilon, delta
        What all of it together spends, of one user.
    users
        How many there are; this number counts as public.
    rate
        Chance of a user to be drawn in a step.
    steps
        How many there are, fixed in advance.
    clip
        Length that a user's gradient is shortened to.
    noise
        Deviation of the noise on the sum of gradients, in units of `clip`.
    counts_noise
        Deviation of the noise on how often items are chosen, where a user weighs 1; 0: they are left out.
    """

    epsilon: float
    delta: float
    users: int
    rate: float
    steps: int
    clip: float
    noise: float
    counts_noise: float

    @classmethod
    def of(cls, config: TrainConfig, users: int) -> "Budget":
        """The least noise that stays within `config.privacy`.

        Parameters
        ----------
        config
            With `privacy.epsilon`.
        users
            How many there are.

        Raises
        ------
        MissingExtra
            Where Opacus is not installed.

        Examples
        --------
        >>> tight, loose = (Budget.of(TrainConfig(privacy={"epsilon": e}), users=1000) for e in (2, 8))
        >>> tight.noise > loose.noise, tight.epsilon <= 2, loose.delta
        (True, True, 0.0001)
        """
        with needs("privacy", "training with `privacy.epsilon`"):
            from opacus.accountants.utils import get_noise_multiplier
        limit = config.privacy.epsilon or math.inf
        delta = config.privacy.delta or 1 / (10 * users)
        rate = min(1.0, config.privacy.users / users)
        steps = math.ceil(config.epochs / rate)
        counts = 0.0
        if share := config.privacy.counts:
            counts = get_noise_multiplier(
                target_epsilon=limit * share, target_delta=delta, sample_rate=1.0, steps=1,
                epsilon_tolerance=0.01 * limit * share, alphas=_orders(),
            )  # fmt: skip
        low, high = NOISES
        while high / low > 1.001:
            noise = math.sqrt(low * high)
            low, high = (low, noise) if spent(noise, rate, steps, counts, delta) <= limit else (noise, high)
        return cls(spent(high, rate, steps, counts, delta), delta, users, rate, steps, config.clip, high, counts)


def spent(noise: float, rate: float, steps: int, counts_noise: float, delta: float) -> float:
    """The epsilon of a run, by Opacus' accountant of Rényi differential privacy.

    Parameters
    ----------
    noise, rate, steps, counts_noise, delta
        See `Budget`.
    """
    from opacus.accountants import RDPAccountant

    accountant = RDPAccountant()
    accountant.history = [(noise, rate, steps)]
    if counts_noise:
        accountant.history.append((counts_noise, 1.0, 1))
    return float(accountant.get_epsilon(delta, alphas=_orders()))


def _orders() -> list[float]:
    """Rényi orders; Opacus' own end at 63, too low for a small epsilon, and begin at 1.1."""
    low, high = [1.01, 1.03, 1.05, *(1 + n / 10 for n in range(1, 100))], [96.0, 128.0, 192.0, 256.0, 512.0]
    return [*low, *map(float, range(12, 64)), *high]


def fit_privately(
    model: RecLM,
    table: ItemTable,
    prompts: Prompts,
    config: TrainConfig,
    state: Path,
    stage: Stage,
    report: Report = log_lines,
) -> tuple[Progress, NDArray[np.float32], Budget]:
    """Train LoRA and heads of a model in place, and count items, within `config.privacy`.

    What was drawn is kept in the training state: a run that was cut short goes on, and a finished one gives the same
    again, as drawing anew would spend the budget anew. No loss is recorded: it would be a figure without noise.

    Parameters
    ----------
    model
        Untrained.
    table
        The items, none of which owns an id.
    prompts
        Its histories are the users.
    config
        The recipe. `batch`, the dropouts and `average` are those of the usual loop, and change nothing here.
    state
        File of the training state.
    stage
        For events.
    report
        Called with every step; its metrics are the users drawn.

    Returns
    -------
    tuple
        The progress; ``(items,)`` float32, log(1 + how often each item is chosen, with noise); and the budget.

    Raises
    ------
    BadInput
        Where the state belongs to another recipe, other data or another budget.
    StorageError
        Where the state cannot be written.
    """
    budget = Budget.of(config, len(prompts.histories))
    model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    table = table.to(model.device)
    entropy = torch.Generator().manual_seed(secrets.randbits(63))
    lora, heads = ({name: p for name, p in model.trainable().items() if test(name)} for test in (_in_lora, _in_heads))
    trained = {**heads, **lora}
    groups = [{"params": list(heads.values()), "lr": config.lr}, {"params": list(lora.values()), "lr": config.lr_lora}]
    optimizer = torch.optim.AdamW([g for g in groups if g["params"]], weight_decay=config.weight_decay)
    recipe = recipe_of(model, prompts, config)
    limits = {f"privacy.{name}": value for name, value in config.privacy}
    recipe = recipe | {"config": recipe["config"] | limits | {"epochs": config.epochs}}
    saved = resume(state, recipe)
    if saved is None:
        progress = Progress(machine=machine_name())
        counts = torch.from_numpy(noisy_counts(prompts.histories, len(table), budget.counts_noise, entropy))
    else:
        progress, counts = Progress(**saved["progress"]), saved["counts"]
        optimizer.load_state_dict(optimizer_state(saved["optimizer"]))
        with torch.no_grad():
            for name, p in trained.items():
                p.copy_(saved["weights"][name])

    def save_state() -> None:
        weights = {name: p.detach() for name, p in trained.items()}
        save_training_state(
            state,
            recipe
            | {"weights": weights, "counts": counts, "optimizer": optimizer.state_dict(), "progress": asdict(progress)},
        )

    with torch.no_grad():
        soft = model.soft_tokens(table.batch())
    started, users = time.monotonic() - progress.seconds, list(prompts.histories)
    save_state()
    while progress.step < budget.steps:
        chance = torch.rand(len(users), generator=entropy)
        drawn = [user for user, at in zip(users, chance.tolist(), strict=True) if at < budget.rate]
        total = [torch.zeros_like(p) for p in trained.values()]
        for user in drawn:
            own = replace(prompts, histories={user: prompts.histories[user]})
            windows = own.windows(model.config.window, config, progress.step)
            for whole, part in zip(
                total, clipped_gradient(model, table, soft, windows, own, config, trained), strict=True
            ):
                whole += part
        rate = _schedule(progress.step, budget.steps)
        for group, full in zip(optimizer.param_groups, (config.lr, config.lr_lora), strict=False):
            group["lr"] = full * rate
        for p, whole in zip(trained.values(), total, strict=True):
            noise = torch.randn(p.shape, generator=entropy).to(p.device)
            p.grad = (whole + budget.noise * budget.clip * noise) / (budget.rate * budget.users)
        optimizer.step()
        optimizer.zero_grad()
        progress.step += 1
        progress.epoch = config.epochs if progress.step == budget.steps else int(progress.step * budget.rate)
        progress.best_epoch, progress.seconds = progress.epoch - 1, time.monotonic() - started
        save_state()  # each step: small beside the work of one, and a step done again would read other users
        at, of = min(progress.epoch + 1, config.epochs), config.epochs
        report(TrainEvent("step", stage, "", at, of, progress.step, budget.steps, {"users": len(drawn)}))
    line = f"{budget.steps} steps within epsilon {budget.epsilon:.2f}, {progress.seconds / 60:.1f} min"
    report(TrainEvent("message", stage, line))
    return progress, counts.numpy(), budget


def _in_lora(name: str) -> bool:
    return "lora_" in name


def _in_heads(name: str) -> bool:
    return name.split(".")[0] in HEADS


def _schedule(step: int, steps: int) -> float:
    """A cosine down to a tenth: the last steps, whose noise nothing evens out, are short."""
    return 0.55 + 0.45 * math.cos(math.pi * step / steps)


def clipped_gradient(
    model: RecLM,
    table: ItemTable,
    soft: Tensor,
    windows: Sequence[Window],
    prompts: Prompts,
    config: TrainConfig,
    trained: Mapping[str, Tensor],
) -> list[Tensor]:
    """The gradient of one user's mean loss, no longer than `config.clip` whatever the user's events are.

    Parameters
    ----------
    model, table
        In evaluation mode; the items.
    soft
        ``(items, K, hidden)`` float32: the items' soft tokens.
    windows
        All of the user's.
    prompts
        Opens every prompt.
    config
        The recipe.
    trained
        Name -> parameter.

    Returns
    -------
    list of Tensor
        For each of `trained`; zeros where the gradient is no finite number, which would be without bound.
    """
    gradient = [torch.zeros_like(p) for p in trained.values()]
    targets = sum(row >= 0 for window in windows for row in window.targets)
    queries = sum(len(window.queried) for window in windows)
    for start in range(0, len(windows), WINDOWS):
        batch = to_batch(windows[start : start + WINDOWS], prompts.before, model.config.soft_tokens, model.device)
        trunk, branch = model(batch.prompt, soft)
        v, b = model.item_vectors(table.batch())
        loss = _sum_of_losses(trunk, batch.targets, v, b) / max(1, targets)
        if queries:
            loss = loss + config.query_weight * _sum_of_losses(branch, batch.queried, v, b) / queries
        parts = torch.autograd.grad(loss, list(trained.values()), allow_unused=True)
        for whole, part in zip(gradient, parts, strict=True):
            if part is not None:
                whole += part
    length = math.sqrt(sum(float(part.double().square().sum()) for part in gradient))
    if not math.isfinite(length):
        return [torch.zeros_like(part) for part in gradient]
    scale = min(1.0, config.clip / max(length, 1e-12))
    return [part * scale for part in gradient]


def _sum_of_losses(q: Tensor, targets: Tensor, v: Tensor, b: Tensor) -> Tensor:
    has_target = targets >= 0
    return F.cross_entropy(q[has_target] @ v.T + b, targets[has_target], reduction="sum")


def noisy_counts(
    histories: Mapping[str, Sequence[int]], items: int, noise: float, generator: torch.Generator
) -> NDArray[np.float32]:
    """How often each item is chosen, by the Gaussian mechanism.

    Each of a user's n items counts 1 / √n, so that the user's counts are a vector of length 1 however many events
    there are. Of `items` numbers of noise alone the largest is about √(2 log items) deviations; what is less is 0.

    Parameters
    ----------
    histories
        User -> item rows.
    items
        How many items there are.
    noise
        Deviation of the noise; 0: nothing is counted.
    generator
        Of the noise.

    Returns
    -------
    ndarray
        ``(items,)`` float32: log(1 + count).
    """
    counts = np.zeros(items)
    if not noise:
        return counts.astype(np.float32)
    for rows in histories.values():
        distinct = list(set(rows))
        counts[distinct] += max(1, len(distinct)) ** -0.5
    counts += noise * torch.randn(items, generator=generator, dtype=torch.float64).numpy()
    threshold = noise * math.sqrt(2 * math.log(max(2, items)))
    return np.log1p(np.where(counts > threshold, counts, 0)).astype(np.float32)


def private_models(popular: NDArray[np.float32]) -> InteractionModels:
    """What is kept of interactions beside the LLM: how often items are chosen, and an item-item model of nothing."""
    nothing = sp.csr_matrix((len(popular), len(popular)), dtype=np.float32)
    return InteractionModels(Collaborative(nothing, 0.0), popular)


def constant_weights(modalities: Sequence[str]) -> Calibration:
    """Weights of the fused score that no event has chosen.

    Half for what people choose, a quarter each for the LLM and for media like those of the last items; under a query
    half for its words.

    Parameters
    ----------
    modalities
        Of the model.
    """
    recent: dict[ComponentKey, float] = {ComponentKey(RECENT, m): 0.25 / len(modalities) for m in modalities}
    history = {LLM: 0.25, POPULARITY: 0.5, **recent}
    words = {LLM: 0.25, POPULARITY: 0.25, WORDS: 0.25, QUERY_TERMS: 0.25}
    example = {ComponentKey(EXAMPLE, m): 0.5 for m in modalities if m != "text"}
    return Calibration({"history": history, "words": words, "example": example}, {}, cold_start=False)

"""Configuration of training: every field with its unit, effect and default."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from llmrec.config import Config
from llmrec.model.config import RecLMConfig


def _weights(value: Any) -> Any:
    """`view=0.2,cart=0.5` as a mapping."""
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    return {name.strip(): number.strip() for name, _, number in pairs}


def _paths(value: Any) -> Any:
    """`adapters/a,adapters/b` as a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class RationaleConfig(Config):
    """The LoRA that writes sentences. It changes no ranking."""

    pairs: int = Field(default=1600, ge=0)
    """Composed evidence -> sentence pairs to learn from (half an hour an epoch on two CPU cores); 0: no LoRA, and
    reasons in plain sentences."""
    epochs: int = Field(default=1, ge=1)
    """Times each pair is seen. New pairs help more than repeated ones; a small catalogue gives few."""
    batch: int = Field(default=4, ge=1)
    """Pairs a step."""
    lr: float = Field(default=1e-3, gt=0)
    """Highest learning rate (AdamW): reached after 20 steps, then falling linearly to 0."""
    rank: int = Field(default=16, ge=1)
    """Rank of the LoRA on every linear layer of the whole LLM."""
    alpha: int = Field(default=32, ge=1)
    """LoRA scale numerator: the update is weighted alpha / rank."""


class ContinueConfig(Config):
    """Continued training: from a checkpoint, with new events and items (`continue_from`)."""

    epochs: int = Field(default=4, ge=1)
    """Most epochs; early stopping usually ends before."""
    lr_factor: float = Field(default=0.5, gt=0)
    """Factor of `lr` and `lr_lora`."""
    replay: float = Field(default=3.0, ge=0)
    """Prompts of old events alone that an epoch reads, for each prompt with a new event as a target; 0 reads none."""
    average: float = Field(default=0.98, ge=0, lt=1)
    """In place of `average`: a short run needs a faster decay."""


class PrivacyConfig(Config):
    """Differential privacy of a run, with the user as its unit (`llmrec.train.private`)."""

    epsilon: float | None = Field(default=None, gt=0)
    """Privacy budget of a user: the checkpoint that is written is (epsilon, delta)-differentially private in the events
    of any one user. Smaller protects more and costs more quality. Default: no privacy."""
    delta: float | None = Field(default=None, gt=0, lt=1)
    """Chance that epsilon does not hold. Default: 1 / (10 x users)."""
    users: int = Field(default=128, ge=1)
    """Users that a step reads on average; each is drawn by chance. More users a step drown the noise better, and make
    fewer steps of an epoch."""
    counts: float = Field(default=0.5, ge=0, lt=1)
    """Share of epsilon that is spent on how often each item is chosen, the one statistic beside the LLM that is kept; 0
    leaves it out."""


class TrainConfig(Config):
    """One training run.

    Examples
    --------
    >>> config = TrainConfig(lr=5e-4, model={"lora_rank": 8})
    >>> config.model.lora_rank, config.epochs
    (8, 12)
    >>> TrainConfig(lr=0)
    Traceback (most recent call last):
    llmrec.errors.BadInput: `lr` is 0; it should be greater than 0
    """

    seed: int = 0
    """Seed of everything random: the same seed, data and machine give the same weights."""
    model: RecLMConfig = RecLMConfig()
    """Sizes of the model."""
    encoders: dict[str, str] = Field(default={})
    """Modality -> encoder spec, where it is not the default: `image: timm:resnet50`."""
    components: tuple[str, ...] = ()
    """Score components of your own, by name or import path; their weights are fitted with those of llmrec's."""
    base: Path | None = None
    """Base LLM, a Hugging Face folder; default: the one that `llmrec setup` makes."""

    reader: str | None = None
    """Reader of the catalogue folder, by name or import path; default: by its files."""
    repeats: Literal["first", "keep"] = "first"
    """What becomes of a user's further events with one item: `first`, the first counts, and nothing is recommended
    twice; `keep`, all count, and what was taken may be recommended again, by habit and rhythm (groceries, music,
    libraries)."""
    split: Annotated[str | None, BeforeValidator(lambda x: str(x) if isinstance(x, Path) else x)] = None
    """Split file (JSON lines, see `llmrec split`), `rolling` or `loo`: train on its train part alone, stop early and
    weigh the score's components on valid, report on test. Default: see `test`."""
    accept_losses: bool = False
    """Whether to train where more than a tenth of the rows of the catalogue's files cannot be read and are left out."""
    test: bool = True
    """Whether each user's last events (up to 5) are held out for the number on the card, and the model is then trained
    anew on everything, as long as the first was best (about twice the time). False: no test, those events choose the
    epoch and the weights of the score's components, and the model has not learnt from them. A split file decides for
    itself."""
    continue_from: Path | None = None
    """Adapter to continue from: its weights and the rows of its items are kept, new items get new rows, and the model
    is trained on the events since."""
    continued: ContinueConfig = ContinueConfig()
    """Settings of continued training."""

    epochs: int = Field(default=12, ge=1)
    """Most epochs; early stopping usually ends before. A finished run continues where this is raised."""
    patience: int = Field(default=4, ge=1)
    """Epochs without a better validation NDCG@10 before training stops."""
    batch: int = Field(default=16, ge=1)
    """Prompts a step; memory grows with it."""
    lr: float = Field(default=1e-3, gt=0)
    """Highest learning rate of fusion, heads and ids (AdamW): after a warm-up over 5 % of all steps, falling on a
    cosine to a tenth."""
    lr_lora: float = Field(default=3e-4, gt=0)
    """Highest learning rate of the LoRA, on the same schedule."""
    weight_decay: float = Field(default=0.01, ge=0)
    """Decoupled weight decay of AdamW, a step, times the learning rate."""
    clip: float = Field(default=1.0, gt=0)
    """Largest gradient norm; longer gradients are shortened to it."""
    average: float = Field(default=0.998, ge=0, lt=1)
    """Decay per step of the running average of the weights that is validated and kept; 0 keeps the last weights."""

    dropout: float = Field(default=0.2, ge=0, lt=1)
    """On soft tokens and on the state that q is read from."""
    id_dropout: float = Field(default=0.3, ge=0, le=1)
    """Share of items whose id is hidden in a step, so that the model learns to score new items by content."""
    modality_dropout: float = Field(default=0.1, ge=0, le=1)
    """Share of items that lose a modality in a step, so that the model learns to do without missing media."""
    queries: int = Field(default=6, ge=0)
    """Queries in words along each history in a step; 0 trains without words."""
    query_weight: float = Field(default=0.5, ge=0)
    """Weight of the query loss beside the next-item loss."""
    contexts: float = Field(default=0.0, ge=0, le=1)
    """Share of queries with the time of day and the season of their event as context."""
    shuffle: bool = False
    """Whether every epoch reads each history in a new order, which augments data whose order carries no information."""

    teachers: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = ()
    """Checkpoints of this catalogue whose mean prediction of what comes next is learnt beside the events, as
    `adapters/a,adapters/b`: several of other seeds or sizes, made with the same split, are better together than each. A
    step takes about as much longer as they read."""
    teacher_weight: float = Field(default=0.5, ge=0, le=1)
    """Share of the teachers' prediction in the loss on next items; the events have the rest."""

    positive: str = "all"
    """Which events are to be predicted: `all`; `mean`, those whose rating is not below the mean of their user's; or a
    filter on `rating` and `kind`, such as rating>=4 or kind=purchase|like. The others are read and never recommended
    again; returns, dislikes and ratings below 0 are always among them."""
    event_weights: Annotated[dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_weights)] = Field(default={})
    """Weight of an event as a target by its kind, such as view=0.2,cart=0.5,purchase=1; kinds that are not named have
    1."""
    other_weight: float = Field(default=0.5, ge=0, le=1)
    """Weight, as a target of training, of the events that are not positive by `positive`; 0: none. What comes next
    depends on all events: on MovieLens-100K none did worse than half, for the positive events, too. Returns, dislikes
    and ratings below 0 always have 0."""

    sampled_items: int = Field(default=0, ge=0)
    """Negatives drawn for the softmax; 0 uses the whole catalogue (right up to some 50,000 items)."""
    focal: float = Field(default=0.0, ge=0)
    """Gamma of the focal loss: how much less an event counts that is ranked well already; 0 is cross-entropy."""
    class_weights: float = Field(default=0.0, ge=0, le=1)
    """Power of the inverse item frequency by which events are weighted; 0 weighs all alike, 1 all items alike."""
    resample_rare: float = Field(default=0.0, ge=0, le=1)
    """Share of items below which a modality is rare: prompts with items that have it are repeated; 0 repeats none."""

    shards: int = Field(default=1, ge=1)
    """Parts into which users are placed by a hash of their ids; a model is trained on each part alone, and the weights
    are averaged. Forgetting a user (`llmrec unlearn`) then trains only their part again, at some cost in quality."""
    privacy: PrivacyConfig = PrivacyConfig()
    """Differential privacy."""

    rationale: RationaleConfig = RationaleConfig()
    """The LoRA that writes sentences."""
    checkpoint_minutes: float = Field(default=3.0, ge=0)
    """Minutes between two savings of the training state, besides those after each epoch."""
    tensorboard: bool = False
    """Whether losses and metrics are also written for TensorBoard, into the folder `tensorboard` of the run."""

    @model_validator(mode="after")
    def _parts_go_together(self) -> Self:
        """Refuse what would learn from users beside the shards, or beside the budget."""
        if self.privacy.epsilon is not None:
            _refuse(self, UNACCOUNTED, "`privacy.epsilon` is set, and what {} would learn is outside the budget")
        if self.shards > 1:
            _refuse(self, ACROSS_SHARDS, "`shards` is above 1, and {} would learn from the users of all shards")
        return self

    def recipe(self) -> dict[str, Any]:
        """The fields of the loop, by name: what its steps depend on beside the model, the data and `epochs`.

        Teachers are told by name and content, and not by the folders of one machine.
        """
        fields = self.model_dump(include={name for name in type(self).model_fields if name not in OUTSIDE})
        if self.teachers:
            return fields | {"teachers": [_known_by(folder) for folder in self.teachers]}
        return {name: value for name, value in fields.items() if name not in ("teachers", "teacher_weight")}


def _known_by(folder: Path) -> str:
    """Name of a checkpoint's folder, and a digest of its weights where there are any."""
    file = folder / "model.safetensors"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"
    return f"{folder.name} {digest}"


OUTSIDE = frozenset(
    (
        *("model", "encoders", "components", "base", "reader", "accept_losses", "split", "test", "continue_from"),
        *("continued", "epochs", "patience", "shards", "privacy", "rationale", "checkpoint_minutes", "tensorboard"),
    )
)
"""Fields of a `TrainConfig` that change no step of the loop: what it starts from, when it ends, what is done after.
`shards` decides what histories a loop reads, and `privacy` has a loop of its own."""
UNACCOUNTED = (
    *("shards", "continue_from", "teachers", "components", "model.interest", "shuffle", "contexts", "sampled_items"),
    *("focal", "class_weights", "resample_rare", "repeats", "positive", "event_weights", "other_weight"),
)
"""Fields that have to keep their defaults in a run with `privacy.epsilon`: each reads users' events, or steps of the
loop, in a way that the accountant does not know of."""
ACROSS_SHARDS = ("continue_from", "teachers", "model.interest")
"""Fields that have to keep their defaults in a run with shards."""


def _refuse(config: TrainConfig, fields: tuple[str, ...], why: str) -> None:
    """Raise `ValueError` where one of `fields` has another value than its default."""
    for path in fields:
        value: Any = config
        field = None
        for name in path.split("."):
            field = type(value).model_fields[name]
            value = getattr(value, name)
        if field is not None and value != field.default:
            raise ValueError(f"{why.format(f'`{path}`')}; leave `{path}` at its default ({field.default})")


class ClipConfig(Config):
    """Training of CLIP heads (`llmrec train-clip`)."""

    seed: int = 0
    """Seed of everything random."""
    steps: int = Field(default=500, ge=1)
    """Training steps."""
    batch: int = Field(default=768, ge=1)
    """Products a step."""
    lr: float = Field(default=8e-4, gt=0)
    """Highest learning rate (AdamW, one cycle)."""
    weight_decay: float = Field(default=0.1, ge=0)
    """Decoupled weight decay of AdamW, a step, times the learning rate."""
    dim: int = Field(default=512, ge=1)
    """Size of the joint space; the image head has twice as many hidden units, enough for each of ImageNet's classes."""
    dropout: float = Field(default=0.3, ge=0, lt=1)
    """On the image head's hidden units; half of it on its inputs."""
    full_text: float = Field(default=0.4, ge=0, le=1)
    """Share of the pairs with all of the catalogue's words; the others get one of the shorter phrasings."""
    classes: int = Field(default=256, ge=0)
    """Classes whose imagined pictures are matched with their names in a step."""
    mixtures: int = Field(default=256, ge=1)
    """Mixtures with imagined pictures a step, besides half as many real ones, that the classifier labels."""
    min_imagined: float = Field(default=0.4, ge=0, le=1)
    """Smallest share of the imagined picture in a mixture."""
    label_weight: float = Field(default=1.0, ge=0)
    """Of the loss on the classifier's labels, where those on products and on classes have 1."""
    average: float = Field(default=0.995, ge=0, lt=1)
    """Decay of the moving average of the weights, which is what is kept."""

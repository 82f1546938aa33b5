"""Training that goes on from a checkpoint: what is kept, what is new, and what is read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from llmrec.catalog import Catalog, Interaction, Item
from llmrec.encoders import Features
from llmrec.errors import BadInput, CheckpointMismatch
from llmrec.evaluation.leakage import leakage
from llmrec.evaluation.splits import Split, rolling_events, rolling_split, save_split
from llmrec.model.checkpoint import load_checkpoint
from llmrec.model.inference import item_vectors, query_vectors, soft_tokens
from llmrec.model.prompt import PromptWords
from llmrec.model.restore import restore_items, restore_model
from llmrec.train.config import RationaleConfig, TrainConfig
from llmrec.train.continued import Start
from llmrec.train.data import prepare
from llmrec.train.logs import TrainEvent
from llmrec.train.model_factory import new_model, query_writer, training_items
from llmrec.train.run import TrainResult, train
from llmrec.train.sequence_windows import Prompts

GENRES = ("Comedy", "Drama", "Horror")
UNTIL = 1007.0


def shop(events: int, items: int, users: int, name: str = "shop") -> Catalog:
    """`users` who took `events` items one after the other, one a second from 1000 on."""
    rows = tuple(
        Item(f"i{n}", f"Film Number {n}", "Somebody travels.", {"genres": (GENRES[n % 3],)}) for n in range(items)
    )
    histories = {
        f"u{u}": tuple(
            Interaction(f"u{u}", f"i{(2 * u + t * (1 + 2 * (u % 2))) % items}", 1000.0 + t) for t in range(events)
        )
        for u in range(users)
    }
    return Catalog(name, rows, histories)


@pytest.fixture(scope="module")
def grown() -> Catalog:
    """The shop later: six more events for each user, three more users, four more items."""
    old, new = shop(8, 17, 10), shop(14, 17, 13)
    more = tuple(Item(f"n{n}", f"New Film {n}", "Somebody sails.", {"genres": ("Comedy",)}) for n in range(4))
    histories = {}
    for user, events in new.histories.items():
        late = [Interaction(user, f"n{n}", 1100.0 + n) for n in range(2)]
        kept = events if user in old.histories else events[8:]
        histories[user] = (*kept, *late)
    return Catalog("shop", (*new.items, *more), histories)


@pytest.fixture(scope="module")
def config(tiny_base: Path) -> TrainConfig:
    shape = {"exit_layer": 1, "dim": 8, "window": 4, "lora_rank": 2, "lora_alpha": 4}
    return TrainConfig(model=shape, base=tiny_base, epochs=2, batch=4, queries=1, rationale=RationaleConfig(pairs=0))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(home))


@pytest.fixture(scope="module")
def first(config: TrainConfig, home: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMREC_HOME", str(home))
        return train(shop(8, 17, 10), tmp_path_factory.mktemp("first") / "adapter", config)


@pytest.fixture
def start(first: TrainResult) -> Start:
    return Start(load_checkpoint(first.folder))


def continued(config: TrainConfig, first: TrainResult, **fields: object) -> TrainConfig:
    return TrainConfig(
        **{"base": config.base, "batch": 4, "queries": 1, "continue_from": first.folder, "continued": {"epochs": 2}}
        | fields  # type: ignore[arg-type]
    )


def test_the_checkpoint_tells_what_it_has_learnt(first: TrainResult, start: Start) -> None:
    assert start.until() == UNTIL == first.info.provenance["trained until"]


def test_before_the_first_step_it_ranks_as_the_checkpoint_does(
    start: Start, grown: Catalog, config: TrainConfig
) -> None:
    """New items are scored by their media, as a checkpoint does that has never seen them."""
    assert config.base is not None
    data = prepare(grown, config, print, encoders=start.encoders(), shipped=start.features(), until=UNTIL)
    assert data.features.vectors["text"].shape[0] == 21
    items = training_items(data.features, ["text"], data.trained_on, start.checkpoint.info.config, start.normalisers())
    model = new_model(config.base, start.checkpoint.info.config, items.schema, seed=5).eval()
    start.load_weights(model, items.table.items)
    restored = restore_model(start.checkpoint, config.base)
    table = restore_items(start.checkpoint, data.features.ids, data.features.vectors, data.features.mask)
    before, histories = PromptWords.load(config.base).before, [(0, 3, 5), (20, 1), ()]
    for mine, theirs in zip(item_vectors(model, items.table), item_vectors(restored, table), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=2e-3)
    q = query_vectors(model, soft_tokens(model, items.table), before, histories)
    np.testing.assert_allclose(q, query_vectors(restored, soft_tokens(restored, table), before, histories), atol=1e-2)


def test_places_of_the_first_new_event(start: Start, grown: Catalog) -> None:
    histories = {user: grown.rows(grown.history(user)) for user in grown.histories}
    assert start.first_new_events(grown, histories) == {f"u{u}": 8 if u < 10 else 0 for u in range(13)}
    assert start.first_new_events(grown, {"u0": histories["u0"][:5]}) == {"u0": 5}


def test_prompts_with_new_events_are_read_and_some_of_the_others(
    start: Start, grown: Catalog, config: TrainConfig
) -> None:
    assert config.base is not None
    words = PromptWords.load(config.base)
    histories = {user: grown.rows(grown.history(user)) for user in grown.histories}
    first_new, write = start.first_new_events(grown, histories), query_writer(grown, words)

    def drawn(replay: float, epoch: int = 0) -> list[bool]:
        prompts = Prompts(histories, words.before, write, None, first_new, replay)
        windows = prompts.windows(4, config, epoch)
        assert len(windows) <= prompts.max_windows(4)
        targets = {row for window in windows for row in window.targets}
        new = {row for user, rows in histories.items() for row in rows[first_new[user] :]}
        assert new <= targets
        return [window.has_new for window in windows]

    every = len(Prompts(histories, words.before, write).windows(4, config, 0))
    assert all(drawn(0.0)) and len(drawn(0.0)) < every
    assert drawn(0.25).count(False) == round(0.25 * drawn(0.25).count(True))
    assert len(drawn(100.0)) == every
    assert drawn(0.25) == drawn(0.25) != drawn(0.25, 1)


def test_new_events_and_items_are_learnt_and_only_new_events_are_held_out(
    first: TrainResult, grown: Catalog, config: TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmrec.train.data.MIN_HELD_OUT", 10)
    result = train(grown, tmp_path / "adapter", continued(config, first))
    held = rolling_events(grown, rolling_split(grown), "test")
    times = {u: {e.item: e.timestamp for e in events} for u, events in grown.histories.items()}
    new = [e for e in held if times[e.user][grown.items[e.target].id] > UNTIL]
    assert result.test["llmrec"]["events"] == len(new)
    about = result.info.provenance
    assert about["continued from"] == "adapter" and about["trained until"] == 1101.0
    checkpoint, old = load_checkpoint(result.folder), load_checkpoint(first.folder)
    assert checkpoint.info.config == old.info.config and len(checkpoint.items) == 21
    rows = {item: n for n, item in enumerate(checkpoint.items)}
    ids = checkpoint.arrays["model.id_in.weight"].astype(np.float32)
    assert checkpoint.arrays["known"][rows["n0"]] and not checkpoint.arrays["known"][rows["n3"]]
    assert np.abs(ids[rows["n0"]]).max() > 0 and not ids[rows["n3"]].any()
    assert np.array_equal(checkpoint.arrays["mean.text"], old.arrays["mean.text"])
    card = (result.folder / "card.md").read_text()
    assert "Training went on from adapter" in card and "of the events that came since" in card


def test_few_new_events_are_all_learnt_from(
    first: TrainResult, grown: Catalog, config: TrainConfig, tmp_path: Path
) -> None:
    heard: list[TrainEvent] = []
    result = train(grown, tmp_path / "adapter", continued(config, first), report=heard.append)
    assert any("new events could be held out" in event.message for event in heard)
    assert not result.test and len(result.log) == 2
    weights = load_checkpoint(first.folder).info.weights
    for situation, fitted in result.info.weights.items():
        assert {key: weight for key, weight in fitted.items() if weight} == {
            key: weight for key, weight in weights[situation].items() if weight
        }
    assert result.info.provenance["training events"] == sum(map(len, grown.histories.values()))
    assert Features.load(result.folder / "features.safetensors").ids[-1] == "n3"


def test_what_does_not_fit_is_refused(first: TrainResult, grown: Catalog, config: TrainConfig, tmp_path: Path) -> None:
    other = Catalog("other", tuple(Item(item.id, f"Shirt {item.id}") for item in grown.items), grown.histories)
    for catalog, fields, error, says in (
        (other, {}, CheckpointMismatch, "trained on another catalogue"),
        (grown, {"model": {"dim": 4}}, BadInput, "`model` differs from that of the checkpoint"),
        (grown, {"encoders": {"text": "minilm"}}, BadInput, "`encoders` are those of the checkpoint"),
        (
            replace(
                grown, histories={u: tuple(e for e in h if e.timestamp <= UNTIL) for u, h in grown.histories.items()}
            ),
            {}, BadInput, "no interaction later than 1970-01-01 .*has learnt; add later ones",
        ),
    ):  # fmt: skip
        with pytest.raises(error, match=says):
            train(catalog, tmp_path / "adapter", continued(config, first, **fields))


def test_a_split_is_tested_only_where_the_checkpoint_has_not_learnt_the_answers(
    first: TrainResult, grown: Catalog, config: TrainConfig, tmp_path: Path
) -> None:
    everything = rolling_split(grown)
    old = {u: tuple(e.item for e in grown.histories[u] if e.timestamp <= UNTIL) for u in everything.train}
    new = {u: tuple(e.item for e in grown.histories[u] if e.timestamp > UNTIL) for u in everything.train}
    good = Split(
        {u: (*old[u], *new[u][:-4]) for u in old}, {u: new[u][-4:-2] for u in old}, {u: new[u][-2:] for u in old}
    )
    bad = Split({u: old[u][:-2] + new[u] for u in old}, dict.fromkeys(old, ()), {u: old[u][-2:] for u in old})
    bad = Split(bad.train, {u: bad.train[u][-1:] for u in old}, bad.test)
    bad = Split({u: items[:-1] for u, items in bad.train.items()}, bad.valid, bad.test)
    for split, tested in ((good, True), (bad, False)):
        file, out = tmp_path / f"{tested}.jsonl", tmp_path / str(tested)
        save_split(split, file)
        result = train(grown, out, continued(config, first, split=file))
        assert bool(result.test) == tested
        state = leakage(result.info.provenance, grown, split).state
        assert state == ("clean" if tested else "unknown")

"""Fixtures every room's tests share."""

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pytest

from llmrec.catalog import load_catalog
from llmrec.catalog.types import Catalog, Interaction, Item

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from eval.ranking.problem import Problem
    from llmrec.audit.explanation import Explanation
    from llmrec.encoders import Features
    from llmrec.encoders.text import TextEncoder
    from llmrec.engine.local import LocalEngine
    from llmrec.evidence.effects import Situation
    from llmrec.model.item_table import ItemTable
    from llmrec.model.prompt import PromptWords
    from llmrec.model.reclm import RecLM
    from llmrec.ranking.components import Components
    from llmrec.recommender import Recommender

FILMS = [
    ("Red Dawn", ("Action", "War"), 1984), ("Night Bus", ("Comedy", "Romance"), 1994),
    ("Iron Coast", ("Action", "Thriller"), 1996), ("Paper Moonlight", ("Drama", "Romance"), 1995),
    ("Laugh Track", ("Comedy",), 1993), ("Silent Harbor", ("Drama", "Thriller"), 1991),
    ("Star Caravan", ("Sci-Fi", "Adventure"), 1982), ("Tin Soldier", ("Animation", "Children's"), 1992),
    ("Green Circus", ("Animation", "Comedy"), 1995), ("Last Verdict", ("Crime", "Drama"), 1990),
    ("Moon Garage", ("Sci-Fi", "Comedy"), 1997), ("Cold Lantern", ("Horror", "Thriller"), 1988),
]  # fmt: skip
HISTORIES = {
    "u1": [0, 2, 5, 11, 9, 6], "u2": [1, 4, 8, 10, 3], "u3": [3, 5, 9, 1],
    "u4": [6, 10, 7, 8, 4, 1, 0], "u5": [2, 0, 11, 5], "u6": [7, 8, 4, 10],
}  # fmt: skip


@pytest.fixture
def tiny_catalog() -> Catalog:
    """12 invented films and 6 users, in memory."""
    items = tuple(
        Item(str(n + 1), title, f"A film called {title}.", {"genres": genres, "year": year})
        for n, (title, genres, year) in enumerate(FILMS)
    )
    histories = {
        user: tuple(Interaction(user, items[row].id, 1000.0 * t, 4.0) for t, row in enumerate(rows))
        for user, rows in HISTORIES.items()
    }
    return Catalog("tiny", items, histories)


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the referee reads one: 80 items, not by id; 40 users with many events of one moment, and some twice."""
    folder, rng = tmp_path_factory.mktemp("catalogues") / "made", np.random.default_rng(5)
    folder.mkdir()
    with (folder / "items.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("item_id", "title"), *((f"i{n}", f"Thing {n}") for n in rng.permutation(80))])
    with (folder / "interactions.tsv").open("w") as out:
        for user in range(40):
            for item in rng.choice(80, size=rng.integers(2, 40), replace=False):
                for _ in range(1 + (item % 11 == 0)):
                    out.write(f"u{user}\ti{item}\t4\t{rng.integers(9)}\n")
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and the referee beside the checkout; tests that need it skip where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("real data (../shared/data) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def base_model() -> Path:
    """The default base model as `llmrec setup` makes it, under the data directory of this run."""
    from llmrec.paths import home
    from llmrec.setup import materialise_base

    return materialise_base(home())


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real Llama of 2 layers and 32 dimensions with a byte-level BPE of its own, as `llmrec setup` leaves one."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from llmrec.setup.artefact import seal

    folder = tmp_path_factory.mktemp("models") / "tiny"
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    words = [f"{title} {' '.join(genres)} {year}" for title, genres, year in FILMS]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        [*words, "Items this customer chose, oldest first: Now in the mood for: Next:"],
        trainers.BpeTrainer(vocab_size=400, special_tokens=["<|eos|>"], initial_alphabet=alphabet, show_progress=False),
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|eos|>", pad_token="<|eos|>")
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=2048, tie_word_embeddings=True, initializer_range=0.2,
        bos_token_id=tokenizer.eos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    LlamaForCausalLM(shape).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    seal(folder, id="tiny", source="made by the tests", version="0", files=("model.safetensors",))
    return folder


@pytest.fixture(scope="session")
def tiny_features() -> "Features":
    """Seeded vectors for the 12 films: text for all but the last, images for all but every third."""
    import numpy as np

    from llmrec.encoders import Features

    rng = np.random.default_rng(0)
    rows = np.arange(len(FILMS))
    mask = {"text": rows < len(FILMS) - 1, "image": rows % 3 != 0}
    dims = {"text": 384, "image": 1280}
    vectors = {m: (rng.normal(size=(len(FILMS), dims[m])) * mask[m][:, None]).astype(np.float32) for m in mask}
    keys = {m: tuple(f"{n:064x}" if there else "" for n, there in enumerate(mask[m], 1)) for m in mask}
    ids = tuple(str(n + 1) for n in rows)
    titles = tuple(f"{n:064x}" for n in range(1, len(FILMS) + 1))
    return Features(ids, titles, vectors, mask, {"text": "text-test", "image": "image-test"}, keys)


@pytest.fixture(scope="session")
def make_model(tiny_base: Path, tiny_features: "Features") -> "Callable[..., tuple[RecLM, ItemTable]]":
    """Builds a RecLM on the tiny base, its LoRA with weights as if trained, and the table of the 12 films."""

    import numpy as np
    import torch

    from llmrec.model.config import RecLMConfig
    from llmrec.train.model_factory import new_model, training_items

    def build(
        known: "NDArray[np.bool_] | None" = None,
        dropout: float = 0.0,
        steps: "dict[str, int] | None" = None,
        **shape: Any,
    ) -> "tuple[RecLM, ItemTable]":
        config = RecLMConfig(**{"exit_layer": 2, "dim": 16, "window": 4, "lora_rank": 4, "lora_alpha": 8} | shape)
        owned = np.arange(len(FILMS)) != 10 if known is None else known
        mask = {m: x.copy() for m, x in tiny_features.mask.items()}  # the table keeps them; a test may change them
        features = replace(tiny_features, mask=mask, steps=steps or {})
        items = training_items(features, list(mask), HISTORIES, config)
        model = new_model(tiny_base, config, items.schema, seed=1, dropout=dropout)
        id_rows = torch.arange(len(FILMS)).where(torch.from_numpy(owned), -1)
        with torch.no_grad():
            for name, p in model.trainable().items():
                if "lora_B" in name or name.startswith(
                    ("bias", "pointer.to_query", "pointer.modality_scale", "pointer.residual")
                ):
                    p.normal_(std=0.1)
        return model.eval(), replace(items.table, id_rows=id_rows)

    return build


@pytest.fixture(scope="session")
def films(shared: Path) -> Catalog:
    """MovieLens-100K."""
    return load_catalog(shared / "data" / "ml-100k")


@pytest.fixture(scope="session")
def products(shared: Path) -> Catalog:
    """H&M."""
    return load_catalog(shared / "data" / "hm")


@dataclass(frozen=True)
class Scored:
    """A tiny catalogue with all that scores it, and one request on it."""

    catalog: Catalog
    components: "Components"
    engine: "LocalEngine"
    situation: "Situation"
    q: "NDArray[np.float32]"


@pytest.fixture
def scored(
    tiny_catalog: Catalog, make_model: "Callable[..., tuple[RecLM, ItemTable]]", tiny_base: Path
) -> Callable[..., Scored]:
    """Scores the tiny films after a history (rows), by an LLM of two layers, the item-item model and media."""
    from llmrec.engine.local import LocalEngine
    from llmrec.evidence.effects import Situation
    from llmrec.model.inference import item_vectors
    from llmrec.ranking.components import Components, InteractionModels
    from llmrec.ranking.fused import ScoredRows
    from llmrec.ranking.item_item import Collaborative
    from llmrec.ranking.score_component import WORDS, ScoringSituation

    model, table = make_model(window=8)
    rows = [tiny_catalog.rows(tiny_catalog.history(user)) for user in tiny_catalog.histories]
    v, b = item_vectors(model, table)
    media = {m: x.numpy() for m, x in table.vectors.items()}
    masks = {m: x.numpy() for m, x in table.mask.items()}
    popular = np.bincount([row for history in rows for row in history], minlength=len(v)).astype(np.float32)
    components = Components.of(v, b, InteractionModels(Collaborative.fit(rows, len(v)), popular), media, masks, {})
    engine = LocalEngine(model, table, tiny_base, None)

    def score(*history: int, query: str = "", allowed: "NDArray[np.bool_] | None" = None) -> Scored:
        q = engine.query_vectors([history], [query]).vectors
        asked = table.vectors["text"][3].numpy() if query else None  # stands for a wish that is like film 3
        scored = ScoredRows.whole(len(v), history)
        if allowed is not None:
            scored = replace(scored, candidate=allowed[scored.rows])
        names = [part.key for part in components.parts(words=bool(query))]
        weights = {WORDS: 0.5} | {name: 1.0 / len(names) for name in names}
        situation = Situation.of(ScoringSituation(q[0], history, asked, query=query), scored, components, weights)
        return Scored(tiny_catalog, components, engine, situation, q[0])

    return score


@pytest.fixture(scope="session")
def shop() -> "Iterator[Recommender]":
    """The demo's catalogue with the shipped adapter, opened once, for chains and conversations that answer."""
    from llmrec.recommender import Recommender

    recommender = Recommender.from_pretrained()
    yield recommender
    recommender.pipeline.index.close()


class HashedWords:
    """Encodes texts as sums of a seeded vector a word: like texts lie near each other, as with a real tower."""

    modality, id, dim = "text", "hashed-words", 384

    def read(self, raw: bytes) -> str:
        return raw.decode()

    def encode(self, contents: Sequence[str]) -> "NDArray[np.float32]":
        rows = np.array(
            [
                sum(np.random.default_rng(crc32(w.encode())).normal(size=384) for w in t.lower().split())
                for t in contents
            ]
        )
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def quick_text() -> HashedWords:
    """In place of MiniLM, for speed only: that takes seconds to load, and what is tested does not depend on it."""
    return HashedWords()


@pytest.fixture(scope="session")
def words(tiny_base: Path) -> "PromptWords":
    from llmrec.model.prompt import PromptWords

    return PromptWords.load(tiny_base)


EXPLANATIONS = [
    ("u3", "2", "Because you watched Paper Moonlight, you may like this romance."),
    ("u3", "2", "A comedy from 1994 for you."),
    ("u1", "4", 'You liked "The Matrix", so this horror film suits you.'),
    ("u1", "5", "Great film with great actors."),
    ("u2", "1", 'You watched "Night Bus", and this war film is from 1984.'),
    ("u4", "3", "Because you watched Star Caravan, you may like this thriller."),
]


@pytest.fixture
def said() -> "list[Explanation]":
    """Explanations of another system on the twelve films, for four users; the third is false twice."""
    from llmrec.audit.explanation import Explanation

    return [Explanation(user, item, text) for user, item, text in EXPLANATIONS]


@pytest.fixture
def said_file(tmp_path: Path) -> Path:
    """The same as a CSV file."""
    file = tmp_path / "theirs.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["user", "item", "explanation"])
        rows.writerows(EXPLANATIONS)
    return file


@pytest.fixture(scope="session")
def reader() -> "TextEncoder":
    """MiniLM, loaded once."""
    from llmrec.encoders.text import TextEncoder

    return TextEncoder()


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 items in two genres; 12 users with 16 events, most of them in one genre."""
    folder = tmp_path_factory.mktemp("data") / "tiny"
    folder.mkdir()
    rng = random.Random(0)
    with (folder / "items.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["item_id", "title", "description", "category"])
        for n in range(40):
            kind = "comedy" if n % 2 else "western"
            writer.writerow([f"i{n:02}", f"Film number {n}", f"A {kind} about lonely travellers.", kind])
    with (folder / "interactions.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["user_id", "item_id", "rating", "timestamp"])
        for user in range(12):
            taste = [n for n in range(40) if n % 2 == user % 2]
            chosen = rng.sample(taste, 14) + rng.sample([n for n in range(40) if n not in taste], 2)
            rng.shuffle(chosen)
            for place, n in enumerate(chosen):
                writer.writerow([f"u{user}", f"i{n:02}", "", 1000 + place])
    return folder


@pytest.fixture(scope="session")
def tiny_problem(tiny_folder: Path) -> "Problem":
    """The folder under our own rolling split (the referee's, tested elsewhere to agree)."""
    from eval.ranking.problem import build_problem
    from llmrec.evaluation.splits import rolling_split

    catalog = load_catalog(tiny_folder)
    return build_problem(tiny_folder, catalog, rolling_split(catalog))


@pytest.fixture(scope="session")
def referee() -> Path:
    """The referee script."""
    return Path(__file__).resolve().parent / "evaluation" / "referee.py"

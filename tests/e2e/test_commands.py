"""Every command on a small real catalogue and a pack trained on it, as a shell runs them.

And on a disk that is really full: a file system of a few MB, mounted in a namespace of our own.
"""

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmrec.paths import home

pytestmark = pytest.mark.commands


def run(*words: str | Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llmrec.cli", *map(str, words)],
        input=stdin, capture_output=True, text=True, env=os.environ | env, timeout=600,
    )  # fmt: skip


def result(*words: str | Path) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def refused(code: int, *words: str | Path, **env: str) -> str:
    """The one sentence with which a command refuses."""
    done = run(*words, **env)
    assert "Traceback" not in done.stderr
    sentences = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert (done.returncode, len(sentences)) == (code, 1), done.stderr
    return sentences[0]


@pytest.fixture
def on(films: Path, checkpoint: Path) -> list[str | Path]:
    """The options that name the small catalogue and its pack."""
    return ["--data", films, "--adapter", checkpoint]


def watched(films: Path, user: str) -> list[str]:
    lines = (films / "interactions.csv").read_text().splitlines()[1:]
    return [line.split(",")[1] for line in lines if line.split(",")[0] == user]


def test_a_user_gets_items_never_seen_with_checked_reasons(on: list[str | Path], films: Path) -> None:
    answer = result("recommend", *on, "--user", "u3", "-k", "3", "--explain")
    assert len(answer["items"]) == 3
    assert not {item["id"] for item in answer["items"]} & set(watched(films, "u3"))
    assert [item["score"] for item in answer["items"]] == sorted((i["score"] for i in answer["items"]), reverse=True)
    for item in answer["items"]:
        assert item["rationale"]["text"]
        assert all(claim["verdict"] == "supported" for claim in item["rationale"]["claims"])


def test_printed_answer_shows_title_score_sentence_and_evidence(on: list[str | Path]) -> None:
    done = run("recommend", *on, "--user", "u3", "-k", "2", "--explain")
    assert done.returncode == 0, done.stderr
    assert "evidence: " in done.stdout
    assert "  1  " in done.stdout


def test_history_filter_and_wish(on: list[str | Path]) -> None:
    answer = result("recommend", *on, "--history", "f00, f06", "--query", "space", "--where", "year>=1990")
    assert answer["items"]
    assert all(item["attributes"]["year"] >= 1990 for item in answer["items"])
    assert not {"f00", "f06"} & {item["id"] for item in answer["items"]}


def test_new_users_get_answers(on: list[str | Path]) -> None:
    assert len(result("recommend", *on, "-k", "4")["items"]) == 4
    beside = result("recommend", *on, "--intent", "complement", "--like", "f00", "-k", "4")["items"]
    assert len(beside) == 4 and "f00" not in [item["id"] for item in beside]
    assert len(result("recommend", *on, "--query", "a western")["items"]) == 10


def test_index_is_rebuilt_and_answers_stay(on: list[str | Path]) -> None:
    before = result("recommend", *on, "--user", "u1")["items"]
    result("index", *on)
    after = result("recommend", *on, "--user", "u1")["items"]
    assert [item["id"] for item in before] == [item["id"] for item in after]


def test_index_learns_what_goes_with_an_item_so_that_no_request_waits(
    films: Path, checkpoint: Path, tmp_path: Path
) -> None:
    shop = shutil.copytree(films, tmp_path / "films")
    events = (shop / "interactions.csv").read_text().splitlines()
    (shop / "interactions.csv").write_text("\n".join(events[:-1]) + "\n")  # other events than of any run before
    held = home() / "complements"
    before = {*held.glob("*.safetensors")}
    result("index", "--data", shop, "--adapter", checkpoint)
    assert len({*held.glob("*.safetensors")} - before) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--user", "nobody"), "user 'nobody' is not in catalogue"),
        (("--history", "f00,x99"), "item 'x99' is not in catalogue"),
        (("--user", "u1", "--where", "year>>1"), "'>1' is none"),
        (("--user", "u1", "--where", "colour=red"), "colour"),
        (("--user", "u1", "--history", "f01"), "--history"),
    ],
)
def test_wrong_requests_are_one_sentence(on: list[str | Path], words: tuple[str, ...], says: str) -> None:
    assert says in refused(2, "recommend", *on, *words)


def test_damaged_and_foreign_packs_are_refused(films: Path, checkpoint: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(checkpoint, broken)
    whole = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    assert "model.safetensors" in refused(1, "recommend", "--data", films, "--adapter", broken, "--user", "u1")
    (broken / "model.safetensors").write_bytes(whole)
    about = json.loads((broken / "checkpoint.json").read_text())
    (broken / "checkpoint.json").write_text(json.dumps(about | {"base": "Another-7B"}))
    assert "Another-7B" in refused(2, "recommend", "--data", films, "--adapter", broken, "--user", "u1")
    refused(1, "recommend", "--data", films, "--adapter", tmp_path / "none", "--user", "u1")


def test_rank_writes_what_the_referee_reads(on: list[str | Path], films: Path, shared: Path, tmp_path: Path) -> None:
    referee = shared / "referee" / "referee.py"
    split, out = tmp_path / "split.jsonl", tmp_path / "ranking.jsonl"
    made = subprocess.run([sys.executable, referee, "split", films, split], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"the referee does not read this catalogue: {made.stderr.strip().splitlines()[-1]}")
    result("rank", *on, "--split", split, "--at", "test", "--out", out)
    judged = subprocess.run([sys.executable, referee, "score", films, out], capture_output=True, text=True)
    assert judged.returncode == 0, judged.stderr


def test_a_conversation_over_a_pipe(on: list[str | Path]) -> None:
    lines = [
        "why",
        "something in space after 1980",
        "why 1?",
        "why 1 in detail",
        "not 1",
        "like zzz",
        "seen 2",
        "like 3",
        "why 9",
        "",
    ]
    lines += ["only westerns, not horror", "quit"]
    done = run("chat", *on, "--user", "u2", stdin="\n".join(lines))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("evidence: ") == 1  # of what is asked for in detail
    assert "will not be shown again" in done.stdout
    assert "Noted: you know" in done.stdout and "Noted: you like" in done.stdout
    assert done.stdout.count("ask for something first") == 2
    assert "no title like 'zzz'" in done.stdout
    assert "Western" in done.stdout
    assert done.stdout.rstrip().endswith("Goodbye.")


def test_nobody_hears_of_a_conversation(on: list[str | Path]) -> None:
    """Whatever the environment asks LangChain to trace."""
    with socket.create_server(("127.0.0.1", 0)) as langsmith:
        env = {
            "LANGSMITH_API_KEY": "any", "LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true",
            "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{langsmith.getsockname()[1]}",
        }  # fmt: skip
        done = run("chat", *on, "--user", "u2", stdin="something in space\nquit", **env)
        assert done.returncode == 0, done.stderr
        langsmith.setblocking(False)
        with pytest.raises(BlockingIOError):
            langsmith.accept()


def test_the_demo_runs_on_any_catalogue_and_opens_no_chat_without_a_terminal(on: list[str | Path]) -> None:
    done = run("demo", *on)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("evidence: ") == 25
    assert "new user" in done.stdout
    assert "you>" not in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_the_demo_opens_a_chat_on_a_terminal(on: list[str | Path]) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "llmrec.cli", "demo", *map(str, on)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    os.write(ours, b"something funny\nquit\n")
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # the other side has closed
        pass
    assert process.wait(timeout=60) == 0
    assert b"Now you" in shown
    assert shown.rstrip().endswith(b"Goodbye.")


def test_interrupted_training_keeps_its_checkpoint_and_goes_on(films: Path, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    words = ["train", "--data", films, "--out", out, "--epochs", "40", "--layers", "1", "--wishes", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "llmrec.cli", *map(str, words)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    while "epoch 1:" not in said:
        said = process.stderr.readline()
        assert said, "training ended before its first epoch did"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert "state is kept in" in " ".join(rest.split())
    assert (out / "state" / "select.safetensors").stat().st_size > 0
    again = " ".join(str(word) for word in words[:-2])
    assert "another recipe" in refused(2, *again.split(), "--wishes", "2")


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def small_disk(tmp_path: Path) -> tuple[Path, Run]:
    """A mount point, and a function that runs llmrec where a disk of that `size` is mounted there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*namespace, "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a small disk")

    def run(size: str, *words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        command = f'mount -t tmpfs -o size={size} none "{disk}" && exec "$@"'
        llmrec = [sys.executable, "-m", "llmrec.cli", *map(str, words)]
        return subprocess.run(
            [*namespace, "sh", "-c", command, "sh", *llmrec], capture_output=True, text=True, env=os.environ | env
        )

    return disk, run


def refuses(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    sentence = next(line for line in done.stderr.splitlines() if line.startswith("error: "))
    assert "no space left on device" in sentence.lower() or "disk is full" in sentence


def test_setup_on_a_full_disk(small_disk: tuple[Path, Run]) -> None:
    disk, run = small_disk
    refuses(run("40m", "setup", LLMREC_HOME=str(disk)))


def test_training_on_a_full_disk(small_disk: tuple[Path, Run], films: Path) -> None:
    disk, run = small_disk
    words = ["--epochs", "1", "--layers", "1", "--wishes", "1", "--rationales", "0"]
    refuses(run("2m", "train", "--data", films, "--out", disk / "pack", *words))


def test_index_on_a_full_disk(small_disk: tuple[Path, Run], films: Path, checkpoint: Path, base_model: Path) -> None:
    disk, run = small_disk
    home = disk.parent / "home"  # models as they are, the index on the full disk
    home.mkdir()
    (home / "models").symlink_to(base_model.parent)
    (home / "index").symlink_to(disk)
    refuses(run("128k", "index", "--data", films, "--adapter", checkpoint, LLMREC_HOME=str(home)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the file of a full disk")
def test_ranking_on_a_full_disk(films: Path, checkpoint: Path, tmp_path: Path) -> None:
    lines = (line.split(",") for line in (films / "interactions.csv").read_text().splitlines())
    events = [line[1] for line in lines if line[0] == "u1"]
    split = tmp_path / "split.jsonl"
    split.write_text(json.dumps({"user": "u1", "train": events[:-2], "valid": [events[-2]], "test": [events[-1]]}))
    words = ["--data", films, "--adapter", checkpoint, "--split", split, "--out", "/dev/full"]
    llmrec = [sys.executable, "-m", "llmrec.cli", "rank", *map(str, words)]
    refuses(subprocess.run(llmrec, capture_output=True, text=True))


def audit(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llmrec.cli", "audit", *map(str, words)],
        capture_output=True, text=True, env=os.environ, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def own(films: Path, checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an audit of our own responses to three users, with thresholds of which two are out of reach."""
    out = tmp_path_factory.mktemp("audits") / "own"
    bounds = out.with_suffix(".toml")
    bounds.write_text("[hallucination_rate]\nmax = 0.005\n[bertscore]\nmin = 0.5\n[usr]\nmin = 1.01\n")
    done = audit("--data", films, "--adapter", checkpoint, "--users", "3", "--out", out, "--thresholds", bounds)
    assert done.returncode == 1, done.stderr
    assert "bertscore was not measured" in done.stdout
    assert "usr is" in done.stdout
    assert "hallucination_rate is" not in done.stdout
    return out


def test_own_responses_are_all_supported_and_faithfulness_is_measured(own: Path) -> None:
    found = json.loads((own / "audit.json").read_text())
    assert found["explanations"] == 15
    assert found["users"] == 3
    assert found["metrics"]["grounding"]["hallucination_rate"]["value"] == 0
    assert found["metrics"]["faithfulness"]["comprehensiveness"]["n"] > 0
    assert found["metrics"]["stability"]["stability_seed"]["value"] is not None
    assert [why.split()[0] for why in found["missed"]] == ["bertscore", "usr"]
    assert "<svg" in (own / "audit.html").read_text()


def test_false_explanations_from_elsewhere_are_found_without_a_model(own: Path, films: Path, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (own / "responses.jsonl").read_text().splitlines()]
    theirs = tmp_path / "theirs.csv"
    with theirs.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["user", "item", "explanation"])
        for row in rows:
            out.writerow([row["user"], row["item"], 'You watched "The Godmother Returns", so this film came up.'])
    bounds = tmp_path / "bounds.json"
    bounds.write_text('{"hallucinating_explanations": {"max": 0.02}}')
    done = audit("--data", films, "--explanations", theirs, "--thresholds", bounds, "--out", tmp_path / "out", "--json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["missed"] == ["hallucinating_explanations is 1, max 0.02"]
    assert found["metrics"]["sufficiency"]["value"] is None
    assert "--adapter" in found["metrics"]["sufficiency"]["reason"]


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--explanations", "user,item\n", "user, item, explanation"), ("--thresholds", "[usr]\n", "min, max or both"),
        ("--groups", "a,b\n", "column user"),
    ],
)  # fmt: skip
def test_wrong_files_end_in_one_sentence_before_any_model_is_loaded(
    films: Path, tmp_path: Path, option: str, content: str, words: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_text(content)
    done = audit("--data", films, option, file, "--out", tmp_path / "out")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert words in line
    assert not (tmp_path / "out").exists()

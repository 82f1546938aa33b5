"""The command from a shell: names, exit codes, one sentence for each error, JSON where asked for."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMANDS = (
    "setup", "doctor", "data", "simshop", "train", "index", "recommend", "recommend-all", "rank", "audit", "chat",
    "demo", "users",
)  # fmt: skip


def llmrec(*words: str | Path, stdout: int | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a shell would."""
    return subprocess.run(
        [sys.executable, "-m", "llmrec.cli", *map(str, words)],
        stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | env, timeout=300,
    )  # fmt: skip


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The error's sentence; fails on a traceback or on more than one line."""
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A catalogue folder of three items and two users."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "items.csv").write_text("item_id,title,price\n01,Blue scarf,20\n02,Red scarf,25\n03,Umbrella,30\n")
    (folder / "interactions.csv").write_text("user_id,item_id,timestamp\na,01,1\na,02,2\nb,03,3\nb,99,4\n")
    return folder


def test_help_names_every_command_in_under_a_second() -> None:
    started = time.monotonic()
    done = llmrec("--help")
    seconds = time.monotonic() - started
    assert done.returncode == 0
    assert all(f" {command} " in done.stdout for command in COMMANDS)
    for heavy in ("torch", "transformers", "chromadb", "pyarrow", "matplotlib"):
        check = f"import sys, llmrec.cli; sys.exit({heavy!r} in sys.modules)"
        assert subprocess.run([sys.executable, "-c", check]).returncode == 0, heavy
    assert seconds < 1.0 or os.getloadavg()[0] > (os.cpu_count() or 1), f"{seconds:.2f} s"


def test_columns_are_named_once(shop: Path, tmp_path: Path) -> None:
    (shop / "interactions.csv").write_text("wer,was,wann\na,01,1\na,02,2\na,03,3\n")
    home = {"LLMREC_HOME": str(tmp_path)}
    assert "say which they are with --columns" in one_sentence(llmrec("data", "check", shop, **home))
    wrong = one_sentence(llmrec("data", "check", shop, "--columns", "user=wem,item=was", **home))
    assert "'wem'" in wrong and "wer, was, wann" in wrong and not (shop / "columns.yaml").exists()
    named = llmrec(
        "split", "--data", shop, "--out", tmp_path / "s.jsonl", "--columns", "user=wer,item=was,time=wann", **home
    )
    assert named.returncode == 0 and "columns.yaml" in named.stderr, named.stderr
    assert "'wer' as user" in named.stderr
    again = llmrec("data", "check", shop, "--json", **home)
    assert json.loads(again.stdout)["interactions"] == 3
    assert "--data" in one_sentence(llmrec("recommend", "--columns", "user=wer", "--query", "x", **home))


def test_media_that_are_addresses_are_fetched_by_a_command(shop: Path, tmp_path: Path) -> None:
    home = {"LLMREC_HOME": str(tmp_path)}
    assert "nothing to fetch" in one_sentence(llmrec("data", "fetch-media", shop, **home))
    (shop / "items.csv").write_text("item_id,title,image\n01,Scarf,http://127.0.0.1:9/1.jpg\n02,Hat,\n03,Umbrella,\n")
    done = llmrec("data", "fetch-media", shop, **home)
    assert done.returncode == 0 and "0 files (0.0 MB) fetched into" in done.stdout, done.stderr
    assert "not fetched 1: an address within this machine or an inner network" in done.stdout
    done = llmrec("data", "fetch-media", shop, "--allow-private", "--retry", "--json", **home)
    assert json.loads(done.stdout)["failed"] == {"no connection": 1}


def test_data_check_reports_and_quarantines(shop: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    done = llmrec("data", "check", shop, "--quarantine", bad, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["items"], report["users"], report["interactions"]) == (3, 2, 3)
    assert sum(report["quarantined"].values()) == 1
    assert "99" in bad.read_text()
    shown = llmrec("data", "check", shop, "--quarantine", bad)
    assert "3 items, 2 users" in shown.stdout
    assert "1 row of interactions.csv left out: unknown item" in shown.stdout


def test_every_command_tells_what_it_leaves_out(shop: Path, tmp_path: Path) -> None:
    done = llmrec("split", "--data", shop, "--out", tmp_path / "split.jsonl")
    assert "1 row of interactions.csv left out: unknown item, first line 5, 'b,99,4'" in done.stderr


def test_doctor_exit_code_says_whether_something_is_missing(tmp_path: Path) -> None:
    done = llmrec("doctor", "--json", LLMREC_HOME=str(tmp_path))
    findings = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert findings["base model"]["state"] == "missing"
    shown = llmrec("doctor", LLMREC_HOME=str(tmp_path))
    assert "llmrec setup" in shown.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("data", "check", "/nowhere"), "/nowhere is not a folder"),
        (("serve", "--chat-model", "qwen"), "--chat-url and --chat-model belong together"),
        (("chat", "--chat-url", "127.0.0.1:1", "--chat-model", "qwen"), "--chat-url is '127.0.0.1:1'"),
        (("data", "check"), "Missing argument"),
        (("recommend", "--nonsense"), "No such option"),
        (("recommend", "-k", "0"), "greater than or equal to 1"),
        (("recommend", "-k", "many"), "valid integer"),
        (("frobnicate",), "No such command"),
        (("rank", "--split", "x", "--out", "y", "--at", "later"), "valid or test"),
        (("doctor", "--data", "shop"), "pass --index, too"),
        (("mcp", "--http", "127.0.0.1:٨٠٩٠"), "pass an address and a port"),
        (("serve", "--port", "0", "--workers", "2"), "share what they keep in a PostgreSQL"),
        (("serve", "--workers", "2", "--database", "postgresql+psycopg://x/y"), "cannot open one index in files"),
        (("serve", "--port", "0", "--media", "/dev/null"), "/dev/null cannot hold the media of items"),
        (("serve", "--port", "0", "--media", "file:///dev/null"), "/dev/null cannot hold the media of items"),
        (("serve", "--port", "0", "--media", "nowhere://bucket"), "which fsspec cannot open"),
    ],
)
def test_wrong_words_are_one_sentence_and_code_2(words: tuple[str, ...], says: str) -> None:
    done = llmrec(*words)
    assert done.returncode == 2
    assert says in one_sentence(done)


NO_MODEL = """
import sys
from llmrec.cli import main
try:
    main()
finally:
    heavy = [name for name in ("torch", "transformers", "chromadb") if name in sys.modules]
    print("loaded", ", ".join(heavy) or "nothing heavy")
"""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("recommend", "--user", "nobody"), "user 'nobody' is not in catalogue"),
        (("recommend", "--history", "01,77"), "item '77' is not in catalogue"),
        (("recommend", "--history", "01,02,01"), "names an item twice"),
        (("recommend", "--user", "a", "--history", "01"), "--user and --history are both given"),
        (("recommend", "--user", "a", "--where", "price<cheap"), "compare it with a number"),
        (("recommend", "--where", "colour=red"), "no attribute 'colour'"),
        (("recommend", "--intent", "complement"), "--intent is 'complement', and nothing says with what"),
        (("recommend", "--intent", "complement", "--like", "77"), "item '77' is not in catalogue"),
        (("recommend", "--intent", "similar"), "nothing says to what"),
        (("chat", "--user", "nobody"), "user 'nobody' is not in catalogue"),
        (("chat", "--user", "a", "--history", "01"), "--user and --history are both given"),
        (("rank", "--split", "/nowhere.jsonl", "--out", "out.jsonl"), "/nowhere.jsonl cannot be read"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused_before_any_model_is_loaded(
    shop: Path, words: tuple[str, ...], says: str
) -> None:
    words = (*words, "--data", str(shop), "--adapter", "/no/such/pack")  # the request is looked at first
    done = subprocess.run([sys.executable, "-c", NO_MODEL, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert says in one_sentence(done)
    assert done.stdout.strip() == "loaded nothing heavy"


def test_a_missing_driver_names_its_own_extra_and_not_the_gateway_s() -> None:
    code = "import sys; sys.modules['s3fs'] = None; from llmrec.cli import main; main()"
    words = ("serve", "--port", "0", "--media", "s3://shop/media")
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "needs the package s3fs" in one_sentence(done) and ".[s3]" in done.stderr


def test_items_without_ids_and_empty_catalogue(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("name,colour\nScarf,red\n")
    (tmp_path / "interactions.csv").write_text("user_id,item_id,timestamp\n")
    done = llmrec("data", "check", tmp_path)
    assert done.returncode == 2
    assert "id" in one_sentence(done)
    (tmp_path / "items.csv").write_text("item_id,title\n")
    done = llmrec("data", "check", tmp_path)
    assert done.returncode == 2
    one_sentence(done)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the file of a full disk")
def test_full_disk_under_the_output_is_one_sentence(shop: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = llmrec("data", "check", shop, "--json", stdout=full.fileno())
    assert done.returncode == 1
    assert "disk is full" in one_sentence(done)


def test_reader_that_leaves_early_is_no_error(shop: Path) -> None:
    command = f"{sys.executable} -m llmrec.cli data check {shop} --json | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""


def test_ctrl_c_is_one_sentence_and_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "llmrec.cli", "setup"], env=os.environ | {"LLMREC_HOME": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "reading the weights" in process.stderr.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert "error: interrupted" in rest
    assert list((tmp_path / "models").iterdir()) == []


def test_a_person_is_given_out_and_forgotten_without_a_running_gateway(shop: Path, tmp_path: Path) -> None:
    from contextlib import closing

    from llmrec.server.store.database import Database
    from llmrec.server.store.users import Event, record

    key, url = tmp_path / "key", f"sqlite:///{tmp_path / 'store.db'}"
    key.write_text("a-key-of-the-tests-of-32-characters-or-more\n")
    where = ("--data", shop, "--database", url)
    with closing(Database(url, [key.read_text().strip()])) as store:
        record(store, "main", [Event("a", "03", "like", 5.0, "order-1")])
    assert "is encrypted, and no key was given" in one_sentence(llmrec("users", "export", "a", *where))
    out = tmp_path / "a.json"
    done = llmrec("users", "export", "a", *where, "--database-key", key, "--out", out)
    assert done.returncode == 0 and done.stdout == "", done.stderr
    given = json.loads(out.read_text())
    assert given["events"] == [{"user": "a", "item": "03", "kind": "like", "timestamp": 5.0, "id": "order-1"}]
    assert [event["item"] for event in given["history"]] == ["01", "02"] and out.stat().st_mode & 0o777 == 0o600
    done = llmrec("users", "forget", "a", *where, "--json", LLMREC_DATABASE_KEY=key.read_text())
    told = json.loads(done.stdout)
    assert (
        told["removed"] == {"events": 1, "answers": 0, "conversations": 0, "rules": 0}
        and "interactions file" in told["kept"][0]
    )
    mistyped = f"sqlite:///{tmp_path / 'stor.db'}"
    for verb in ("export", "forget"):
        asked = llmrec("users", verb, "a", "--data", shop, "--database", mistyped)
        assert asked.returncode == 2 and "there is no database" in one_sentence(asked)
    assert not (tmp_path / "stor.db").exists()
    gone = llmrec("users", "forget", "a", *where, "--database-key", key)
    assert gone.returncode == 2 and "no user 'a' of tenant 'main'" in one_sentence(gone)


IMPORTING = """
import os, signal
from llmrec.cli.boundary import defer_during_imports
defer_during_imports()
try:
    import slow
    print("imported", slow.DONE, flush=True)
    import time
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps Python's own handler")
def test_an_import_ends_before_the_interrupt(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nDONE = 1\n")
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING],
        capture_output=True,
        text=True,
        timeout=30,
        env={"PYTHONPATH": f"{tmp_path}:{root}", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "interrupted"


def test_outside_an_import_the_interrupt_is_at_once(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("DONE = 1\n")
    program = IMPORTING.replace("time.sleep(20)", "os.kill(os.getpid(), signal.SIGINT); print('went on')")
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        env={"PYTHONPATH": f"{tmp_path}:{root}", "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout.split() == ["imported", "1", "interrupted"], done.stderr

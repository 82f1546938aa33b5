"""What lies in serve/ starts what is there: every command line in it is one that our command line takes."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.core
import yaml

from llmrec.cli import app

SERVE = Path(__file__).resolve().parents[1] / "serve"
COMPOSE: dict[str, Any] = yaml.safe_load((SERVE / "compose.yaml").read_text())
UNITS = sorted((SERVE / "systemd").glob("*.service"))


def filled(text: str) -> str:
    """Compose's variables with their defaults, `${NAME:-default}`."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def compose_commands() -> list[list[str]]:
    found = []
    for service in COMPOSE["services"].values():
        command = service.get("entrypoint") or service["command"]
        words = command if isinstance(command, list) else shlex.split(command)
        found.append([filled(word) for word in words])
    return found


def unit_commands() -> list[list[str]]:
    lines = re.findall(r"^ExecStart=(.*)$", "\n".join(unit.read_text() for unit in UNITS), re.M)
    return [[word for word in shlex.split(line) if word != "$SERVE"] for line in lines]


def dockerfile_commands() -> list[list[str]]:
    lines = re.findall(r"CMD \[(.*)\]$", (SERVE / "Dockerfile").read_text(), re.M)
    return [re.findall(r'"([^"]+)"', line) for line in lines]


@pytest.mark.parametrize("words", [*compose_commands(), *unit_commands(), *dockerfile_commands()], ids=" ".join)
def test_a_command_line_is_one_that_exists(words: list[str]) -> None:
    program, *rest = words
    if Path(program).name == "llmrec":
        group = typer.main.get_command(app)
        assert isinstance(group, typer.core.TyperGroup)
        command = group.commands[rest[0]]
        command.make_context(rest[0], rest[1:])  # raises where an option or a value is none of the command's
    elif Path(program).name == "chroma":
        chroma = Path(sys.executable).with_name("chroma")
        told = subprocess.run([chroma, *rest[:1], "--help"], capture_output=True, text=True, check=True).stdout
        assert [word for word in rest if word.startswith("--")] and all(w in told for w in rest if w.startswith("--"))
    elif Path(program).name == "sh":
        start, role, folder, profile = rest
        assert (SERVE / "vllm" / Path(start).name).is_file()
        assert role in ("rank", "write", "%i") and Path(folder).name == role
        profiles = re.findall(r"^  ([a-z-]+)\) options=", (SERVE / "vllm" / "start").read_text(), re.M)
        assert profile.startswith("$") or profile in profiles
    else:
        assert program == "python"  # a health check


def test_only_the_gateway_is_reached_from_outside() -> None:
    networks, services = COMPOSE["networks"], COMPOSE["services"]
    for name, service in services.items():
        reached = [each for each in service.get("networks", ()) if not networks[each].get("internal")]
        assert bool(reached) == (name == "gateway") and ("ports" in service) == (name == "gateway")
    assert filled(services["gateway"]["ports"][0]).startswith("127.0.0.1:")
    for unit in UNITS:
        assert "0.0.0.0" not in unit.read_text()


def test_what_is_named_in_the_files_is_there() -> None:
    services = COMPOSE["services"]
    for url, port in re.findall(r"http://(\w+):(\d+)", services["gateway"]["command"]):
        assert url in services and port in {"chroma": "8000", "rank": "8001", "write": "8002"}[url]
    told = (SERVE / "env.example").read_text()
    for name in re.findall(r"\$\{(\w+):-", (SERVE / "compose.yaml").read_text()):
        assert f"{name}=" in told, f"{name} is not in env.example"
    dockerfile = (SERVE / "Dockerfile").read_text()
    for folder in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M):
        assert all((SERVE.parent / part).exists() for part in folder.split())
    assert re.search(r"^USER 10001", dockerfile, re.M)

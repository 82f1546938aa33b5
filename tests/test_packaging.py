"""What is declared: few hard requirements, a home for every import, and public names that load when they are used.

What an installed copy finds and records is its own: no folder of the same name, no other repository's commit.

What lies in serve/ starts what is there: every command line in it is one that our command line takes.
"""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import typer.core
import yaml
from packaging.requirements import Requirement

import llmrec
from llmrec.cli import app
from llmrec.paths import checkout, home, resource
from llmrec.provenance import commit, made_with, release

PACKAGE = Path(llmrec.__file__).parent
MOST = 16
"""Hard requirements at most: each is one more thing that can fail to install."""
HEAVY = ("torch", "transformers", "chromadb", "pandas", "datasets", "pyarrow", "numpy", "scipy", "rich", "pydantic")
LIMIT = 0.25
"""Seconds that importing the package may take, the interpreter's own start left out."""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    declared: dict[str, Any] = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return declared


def imported() -> Iterator[tuple[Path, str]]:
    """Each module's file and the top-level name of what it imports from elsewhere."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"llmrec"}:
                yield file.relative_to(PACKAGE), name


def canonical(name: str) -> str:
    return name.lower().replace("_", "-")


def closure(requirements: Iterable[str]) -> set[str]:
    """The distributions that installing these brings, as far as they are installed here."""
    found: set[str] = set()
    left = [Requirement(line) for line in requirements]
    while left:
        requirement = left.pop()
        name = canonical(requirement.name)
        if name in found or name == "llmrec":
            continue
        found.add(name)
        try:
            lines = metadata.requires(requirement.name) or []
        except metadata.PackageNotFoundError:
            continue
        inner = (Requirement(line) for line in lines)
        wanted = ("", *requirement.extras)
        left += [each for each in inner if not each.marker or any(each.marker.evaluate({"extra": e}) for e in wanted)]
    return found


def test_hard_requirements_are_few(project: dict[str, Any]) -> None:
    assert len(project["dependencies"]) <= MOST


def test_every_import_is_declared_or_required_by_what_is_declared(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    declared = closure([*project["dependencies"], *(line for name in extras if name != "dev" for line in extras[name])])
    homes = metadata.packages_distributions()
    strangers = {
        f"{file}: {name}"
        for file, name in imported()
        if not {canonical(home) for home in homes.get(name, [name])} & declared
    }
    assert strangers == set()


def test_every_hard_requirement_is_used(project: dict[str, Any]) -> None:
    homes = metadata.packages_distributions()
    used = {canonical(home) for _, name in imported() for home in homes.get(name, [name])}
    unused = {canonical(Requirement(line).name) for line in project["dependencies"]} - used
    assert unused == {"gguf"}  # read by Transformers, for the base model that setup makes


def test_the_version_is_typed_once(project: dict[str, Any]) -> None:
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    assert metadata.version("llmrec") == llmrec.__version__


def test_importing_the_package_loads_nothing_heavy_and_is_quick() -> None:
    program = (
        "import sys, time; start = time.perf_counter(); import llmrec; took = time.perf_counter() - start; "
        f"print(took, [name for name in {HEAVY} if name in sys.modules])"
    )
    told = [subprocess.check_output([sys.executable, "-c", program], text=True) for _ in range(3)]
    seconds, loaded = zip(*(line.split(maxsplit=1) for line in told), strict=True)
    assert set(map(str.strip, loaded)) == {"[]"}
    assert min(map(float, seconds)) < LIMIT or os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


def test_the_stub_says_what_the_module_does() -> None:
    stub = ast.parse(Path(llmrec.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    declared = {
        alias.name: node.module for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert declared == llmrec._HOMES


@pytest.mark.parametrize("name", llmrec.__all__)
def test_each_public_name_is_there_documented_and_listed(name: str) -> None:
    assert name in dir(llmrec)
    value = getattr(llmrec, name)
    assert value.__doc__
    assert getattr(llmrec, name) is value


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'llmrec' has no attribute 'recomend'"):
        llmrec.recomend  # noqa: B018
    assert not hasattr(llmrec, "nothing")


def installed(folder: Path) -> Path:
    """A copy of the package as a wheel leaves it in `folder`, with one adapter of its own."""
    site = folder / "site-packages"
    shutil.copytree(Path(llmrec.__file__).parent, site / "llmrec", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "llmrec" / "_resources" / "adapters" / "ours").mkdir(parents=True)
    (site / "llmrec" / "_resources" / "prompts").mkdir()
    return site


def told(site: Path, expression: str) -> str:
    """An expression's value in a process whose llmrec is the one in `site`."""
    program = f"import sys; sys.path.insert(0, {str(site)!r}); import llmrec.paths as paths; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=site
    ).stdout.strip()


def test_in_a_checkout_resources_lie_beside_the_package() -> None:
    root = checkout()
    assert root is not None
    assert resource("adapters") == root / "adapters"
    assert (resource("prompts") / "rationale.v1.j2").is_file()


def test_another_packages_folder_in_site_packages_is_not_taken(tmp_path: Path) -> None:
    site = installed(tmp_path)
    (site / "adapters" / "theirs").mkdir(parents=True)
    (site / "pyproject.toml").touch()  # some wheels leave one there
    assert Path(told(site, "paths.resource('adapters')")) == site / "llmrec" / "_resources" / "adapters"


def test_an_installed_package_has_no_checkout_and_claims_no_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    identity = ["-c", "user.name=x", "-c", "user.email=x@y"]
    subprocess.run(["git", "-C", str(tmp_path), *identity, "commit", "-qm", "theirs", "--allow-empty"], check=True)
    site = installed(tmp_path)
    assert told(site, "paths.checkout()") == "None"
    assert told(site, "__import__('llmrec.provenance', fromlist=['x']).commit()") == ""


def test_home_is_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMREC_HOME", str(tmp_path))
    assert home() == tmp_path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one commit."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    return tmp_path


def test_a_wheel_inside_another_repository_records_no_commit(repository: Path) -> None:
    package = repository / ".venv" / "lib" / "site-packages" / "llmrec"
    package.mkdir(parents=True)
    assert commit(package) == ""


def test_a_checkout_of_llmrec_alone_records_its_commit(repository: Path) -> None:
    package = repository / "llmrec"
    package.mkdir()
    assert commit(package) == ""  # somebody's own folder of that name
    (repository / "pyproject.toml").write_text('[project]\nname = "llmrec"\n')
    asked = subprocess.run(["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True)
    assert commit(package) and asked.stdout.startswith(commit(package))


def test_what_is_recorded_and_how_a_card_says_it() -> None:
    about = made_with()
    assert set(about) == {"version", "commit", "machine", "date"}
    assert release({"version": "1.2", "commit": "abc"}) == "llmrec 1.2, commit abc"
    assert release({"version": "1.2", "commit": ""}) == "llmrec 1.2"


SERVE = Path(__file__).resolve().parents[1] / "serve"
COMPOSE_FILES = sorted(SERVE.glob("compose*.yaml"))
KUBERNETES: list[dict[str, Any]] = list(yaml.safe_load_all((SERVE / "kubernetes.yaml").read_text()))
UNITS = sorted((SERVE / "systemd").glob("*.service"))


def composed(file: Path) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(file.read_text())
    return made


def filled(text: str) -> str:
    """Compose's variables with their defaults, `${NAME:-default}`."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def compose_commands() -> list[list[str]]:
    found = []
    for service in (each for file in COMPOSE_FILES for each in composed(file)["services"].values()):
        command = service.get("entrypoint") or service.get("command")
        if command:  # else the image's own
            words = command if isinstance(command, list) else shlex.split(command)
            found.append([filled(word) for word in words])
    return found


def containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each container of the Kubernetes manifests, with the manifest it stands in."""
    for made in KUBERNETES:
        pod = made["spec"].get("template", {}).get("spec", {})
        yield from ((container, made) for container in pod.get("containers", ()))


def unit_commands() -> list[list[str]]:
    lines = re.findall(r"^ExecStart=(.*)$", "\n".join(unit.read_text() for unit in UNITS), re.M)
    return [[word for word in shlex.split(line) if word != "$SERVE"] for line in lines]


def dockerfile_commands() -> list[list[str]]:
    lines = re.findall(r"CMD \[(.*)\]$", (SERVE / "Dockerfile").read_text(), re.M)
    return [re.findall(r'"([^"]+)"', line) for line in lines]


COMMANDS = [
    *compose_commands(),
    *unit_commands(),
    *dockerfile_commands(),
    *(each["command"] for each, _ in containers()),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
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


@pytest.mark.parametrize("file", COMPOSE_FILES, ids=lambda file: file.name)
def test_only_the_gateway_is_reached_from_outside(file: Path) -> None:
    networks, services = composed(file)["networks"], composed(file)["services"]
    entrance = "balancer" if "balancer" in services else "gateway"
    for name, service in services.items():
        reached = [each for each in service.get("networks", ()) if not networks[each].get("internal")]
        assert bool(reached) == (name == entrance) and ("ports" in service) == (name == entrance)
    assert filled(services[entrance]["ports"][0]).startswith("127.0.0.1:")
    for unit in UNITS:
        assert "0.0.0.0" not in unit.read_text()


@pytest.mark.parametrize("file", COMPOSE_FILES, ids=lambda file: file.name)
def test_what_is_named_in_the_compose_files_is_there(file: Path) -> None:
    made, text = composed(file), file.read_text()
    services, ports = made["services"], {"chroma": "8000", "rank": "8001", "write": "8002"}
    for name, service in services.items():
        for url, port in re.findall(r"http://([\w-]+):(\d+)", str(service.get("command"))):
            assert url in services and port == ports[url.partition("-")[0]]
        assert {*service.get("networks", ())} <= {*made["networks"]} and {*service.get("depends_on", ())} <= {*services}
        named = {each.partition(":")[0] for each in service.get("volumes", ()) if not each.startswith(".")}
        assert named <= {*made["volumes"]}, name
        for other, condition in service.get("depends_on", {}).items():
            of_image = services[other].get("image") == "llmrec"  # whose Dockerfile has a health check
            assert condition["condition"] != "service_healthy" or of_image or "healthcheck" in services[other]
    told = "".join(re.findall(r"^#.*\n", text, re.M))
    for name in re.findall(r"\$\{(\w+):[-?]", text):
        assert f"{name}=" in told, f"{name} is not told"
    for upstream in re.findall(r"reverse_proxy (.*) {", text):
        assert {each.partition(":")[0] for each in upstream.split()} == {n for n in services if n.startswith("gateway")}


def test_what_is_named_in_the_dockerfile_is_there() -> None:
    dockerfile = (SERVE / "Dockerfile").read_text()
    for folder in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M):
        assert all((SERVE.parent / part).exists() for part in folder.split())
    assert re.search(r"^USER 10001", dockerfile, re.M)


def test_kubernetes_manifests_fit_together() -> None:
    names = {(made["kind"], made["metadata"]["name"]) for made in KUBERNETES}
    assert len(names) == len(KUBERNETES)
    pods = {made["metadata"]["name"]: made for _, made in containers()}
    for container, made in containers():
        spec, (port,) = made["spec"]["template"]["spec"], container["ports"]
        labels = made["spec"]["template"]["metadata"]["labels"]
        assert made["spec"]["selector"]["matchLabels"].items() <= labels.items()
        claims = {each["metadata"]["name"] for each in made["spec"].get("volumeClaimTemplates", ())}
        assert {each["name"] for each in container["volumeMounts"]} == {v["name"] for v in spec["volumes"]} | claims
        for volume in spec["volumes"]:
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            assert claim is None or ("PersistentVolumeClaim", claim) in names
        words = " ".join(container["command"])
        assert f"--port={port['containerPort']}" in words or f"--port {port['containerPort']}" in words
        for probe in ("readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["port"] == port["name"]
            assert container[probe]["httpGet"]["path"] in ("/readyz", "/healthz", "/api/v2/heartbeat")
        assert ("PodDisruptionBudget", made["metadata"]["name"]) in names and made["spec"]["replicas"] >= 2
        assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]
        assert spec["securityContext"]["runAsUser"] == 10001  # the image's
        for host, number in re.findall(r"http://([\w.-]+):(\d+)", words):  # a StatefulSet's servers by their own names
            pod, _, service = host.partition(".")
            of, _, ordinal = pod.rpartition("-")
            assert pods[of]["spec"]["serviceName"] == service and int(ordinal) < pods[of]["spec"]["replicas"]
            assert ("Service", service) in names and number == "8000"
    for made in KUBERNETES:
        selector = made["spec"].get("selector") or made["spec"].get("podSelector")
        if selector:
            wanted = selector.get("matchLabels", selector)
            assert any(wanted.items() <= pod["spec"]["template"]["metadata"]["labels"].items() for pod in pods.values())

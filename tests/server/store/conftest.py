"""A PostgreSQL server of the tests' own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test's own."""
    if not shutil.which("initdb") or not shutil.which("pg_ctl"):
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed")
    pytest.importorskip("psycopg")
    root = os.geteuid() == 0
    who = {"user": "nobody"} if root else {}  # PostgreSQL refuses to run as root
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        if root:
            shutil.chown(folder, "nobody")
        data = f"{folder}/data"
        made = ["initdb", "-D", data, "-U", "llmrec", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        started = ["pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", f"-p {port} -k {folder}", "start"]
        for command in (made, started):
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **who)  # type: ignore[call-overload]
        yield f"postgresql+psycopg://llmrec@127.0.0.1:{port}/postgres"
        subprocess.run(["pg_ctl", "-D", data, "-m", "immediate", "stop"], cwd=folder, check=True, **who)  # type: ignore[call-overload]

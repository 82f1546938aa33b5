"""Ctrl-C inside an import: the import ends first, then the program is interrupted as anywhere else."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
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
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=30,
        env={"PYTHONPATH": f"{tmp_path}:{root}", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "interrupted"


def test_outside_an_import_the_interrupt_is_at_once(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("DONE = 1\n")
    program = PROGRAM.replace("time.sleep(20)", "os.kill(os.getpid(), signal.SIGINT); print('went on')")
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        env={"PYTHONPATH": f"{tmp_path}:{root}", "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout.split() == ["imported", "1", "interrupted"], done.stderr

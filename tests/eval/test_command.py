"""Studies end in one sentence where an input is wrong, with the code of `llmrec`."""

import argparse
import sys

import pytest

from eval import knockout
from eval.command import run_command, whole_number, whole_numbers


def test_an_absent_catalogue_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["knockout", "--data", "/nowhere"])
    with pytest.raises(SystemExit) as ended:
        run_command(knockout.main)
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1 and "/nowhere is not a folder" in said


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "ten"])
def test_numbers_are_whole_and_above_0(text: str) -> None:
    for read in (whole_number, whole_numbers):
        with pytest.raises(argparse.ArgumentTypeError):
            read(text)
    assert whole_number("12") == 12 and whole_numbers("1,20") == [1, 20]

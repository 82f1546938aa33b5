"""The kind of a clip or a sound is told by its content."""

from pathlib import Path

import pytest

from llmrec.server.routes.media_files import playable_type


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"), (b"\x1a\x45\xdf\xa3rest", "video/webm"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"), (b"<html><script>", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)  # fmt: skip
def test_kind_by_content(tmp_path: Path, head: bytes, kind: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(head)
    assert playable_type(file) == kind

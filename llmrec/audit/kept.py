"""What an audit has measured or written already, a line each: a run that was cut off goes on where it was."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmrec.errors import storage_error


class Kept:
    """Results by key in a file of JSON lines; without a file nothing is kept."""

    def __init__(self, file: Path | None) -> None:
        """Reads what `file` holds; a line that was cut off is measured anew."""
        self._file = file
        self._found: dict[str, Any] = {}
        for line in file.read_text(encoding="utf-8").splitlines() if file and file.is_file() else ():
            try:
                key, value = json.loads(line)
            except ValueError:
                continue
            self._found[key] = value

    def get(self, parts: object, measure: Callable[[], Any]) -> Any:
        """The result (JSON) for `parts` (JSON too: all that it depends on), measured where it is not there.

        Raises `StorageError`, and what `measure` raises.
        """
        key = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:24]
        if key not in self._found:
            self._found[key] = measure()
            if self._file:
                try:
                    with self._file.open("a", encoding="utf-8") as out:
                        out.write(json.dumps([key, self._found[key]]) + "\n")
                except OSError as error:
                    raise storage_error(f"the measurements {self._file}", error) from error
        return self._found[key]

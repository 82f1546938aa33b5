"""What the store has acknowledged survives `kill -9` of the process that wrote it, at any moment."""

import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from llmrec.catalog import Catalog, Item
from llmrec.server.store.database import Database
from llmrec.server.store.users import find_person

WRITER = """
import sys
from llmrec.server.store.database import Database
from llmrec.server.store.users import Event, record
database = Database.at(__import__("pathlib").Path(sys.argv[1]))
for n in range(int(sys.argv[2]), 10**6):
    record(database, "main", [Event("writer", str(n)), Event("other", str(n))])
    print(n, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    rng, acknowledged = random.Random(0), -1
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(acknowledged + 1)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.random() / 5)
        process.kill()
        told = process.stdout.read().split()
        process.wait()
        acknowledged = max([acknowledged + 1, *(int(n) for n in told if n.isdigit())])
        with closing(Database.at(tmp_path)) as database:
            items = [str(n) for n in range(acknowledged + 10)]
            catalog = Catalog("c", tuple(Item(id, id) for id in items), {})
            people = [find_person(database, catalog, set(items), "main", user) for user in ("writer", "other")]
            assert people[0] is not None and people[1] is not None
            assert people[0].history[: acknowledged + 1] == tuple(items[: acknowledged + 1])
            assert people[0].history == people[1].history  # a transaction is there whole or not at all
            acknowledged = len(people[0].history) - 1

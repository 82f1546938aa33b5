"""One gateway and its Chroma server, killed amid acknowledged work: what is lost, and what is left of the deleted."""

import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from eval.serving.servers import Chroma, Gateway
from llmrec import paths

ITEMS = "item_id,title,description,genres\n" + "".join(
    f"f{n},Film {n},A film about {what}.,{genre}\n"
    for n, (what, genre) in enumerate((("a river", "Drama"), ("robots", "Sci-Fi"), ("a train", "Thriller")) * 8)
)
PEOPLE = "user_id,item_id,timestamp\nsomebody,f0,1\nsomebody,f4,2\n"


@dataclass
class Promised:
    """What was acknowledged. `begun`: users who were to be deleted and may or may not be, as no answer came."""

    events: dict[str, list[str]] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    used: int = 0
    """Numbers given to users and items so far."""

    def add(self, more: "Promised") -> None:
        """Takes in what was acknowledged after this."""
        for user, items in more.events.items():
            self.events.setdefault(user, []).extend(items)
        self.items |= more.items
        self.deleted |= more.deleted
        self.begun |= more.begun
        self.used = more.used


class Writers:
    """Three threads that send events, items and deletions, each request once the last is answered, until the end."""

    def __init__(self, gateway: Gateway, promised: Promised) -> None:
        self._gateway, self._promised, self._ends = gateway, promised, threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(work,)) for work in (self._event, self._item)]
        self._threads.append(threading.Thread(target=self._run, args=(self._deletion,)))
        for thread in self._threads:
            thread.start()

    def wait_for(self, many: int, seconds: float = 300) -> None:
        """Returns when so many items and so many deletions were acknowledged. Raises `TimeoutError`."""
        end = time.monotonic() + seconds
        while (least := min(len(self._promised.items), len(self._promised.deleted))) < many:
            if time.monotonic() > end:
                raise TimeoutError(f"{least} of {many} items or deletions are acknowledged after {seconds} s")
            time.sleep(0.01)

    def end(self) -> None:
        """Returns when none sends any more."""
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def _run(self, work: Callable[[httpx.Client], None]) -> None:
        with self._gateway.client() as client:
            while not self._ends.is_set():
                try:
                    work(client)
                except httpx.HTTPError:
                    return  # killed: what was not answered was not acknowledged
                time.sleep(0.02)  # the key may ask a hundred times a second

    def _number(self) -> int:
        with self._lock:
            self._promised.used += 1
            return self._promised.used

    def _event(self, client: httpx.Client) -> None:
        user = f"witness-{self._number() // 5:06}"
        with self._lock:
            interacted = self._promised.events.setdefault(user, [])
        item = f"f{len(interacted)}"
        if client.post("/v1/events", json={"events": [{"user": user, "item": item}]}).status_code == 201:
            interacted.append(item)

    def _item(self, client: httpx.Client) -> None:
        id, title = f"new-{self._number()}", f"Film of {time.time():.6f}"
        body = {"title": title, "attributes": {"genres": ["Drama"]}}
        if client.put(f"/v1/items/{id}", json=body).status_code == 202:
            self._promised.items[id] = title

    def _deletion(self, client: httpx.Client) -> None:
        user = f"leaving-{self._number():06}"  # none within the name of another, which is looked for in files
        self._promised.begun.add(user)
        client.post("/v1/events", json={"events": [{"user": user, "item": "f1"}, {"user": user, "item": "f2"}]})
        client.post("/v1/recommendations", json={"user": user, "query": f"what {user} wants", "k": 2})
        if client.delete(f"/v1/users/{user}").status_code == 200:
            self._promised.deleted.add(user)
            self._promised.begun.discard(user)


def run(kills: int, folder: Path, seed: int = 0) -> dict[str, Any]:
    """Kills and looks; `folder` gets a catalogue, a data directory and the logs."""
    rng, promised, broken, restarts = random.Random(seed), Promised(), [], []
    home, data = folder / "home", folder / "films"
    home.mkdir(parents=True)
    data.mkdir()
    (home / "models").symlink_to(paths.home() / "models")
    (data / "items.csv").write_text(ITEMS)
    (data / "interactions.csv").write_text(PEOPLE)
    with Chroma(folder / "chroma") as chroma:
        words = ["--data", str(data), "--adapter", "ml-100k", "--chroma", chroma.url]
        gateway = Gateway(words, folder / "gateway.log", {"LLMREC_HOME": str(home)})
        for kill in range(kills):
            fresh = Promised(used=promised.used)
            writers = Writers(gateway, fresh)
            writers.wait_for(rng.randint(1, 4))
            time.sleep(rng.uniform(0, 0.1))
            if kill % 3 == 0:
                chroma.send(signal.SIGKILL)
            gateway.kill()
            writers.end()
            started = time.perf_counter()
            gateway.start()
            restarts.append(time.perf_counter() - started)
            if kill % 3 == 0:
                chroma.start()
            broken += [f"after kill {kill + 1}: {loss}" for loss in losses(gateway, fresh)]
            promised.add(fresh)
        broken += losses(gateway, promised)
        broken += _without_chroma(gateway, chroma)
        broken += _traces(gateway, promised, folder)
        status = gateway.end()
    return {
        "kills of the gateway": kills,
        "kills of the Chroma server": len(range(0, kills, 3)) + 1,
        "acknowledged": {
            "events": sum(map(len, promised.events.values())),
            "items": len(promised.items),
            "deletions": len(promised.deleted),
        },
        "lost or left": broken,
        "slowest restart, seconds": round(max(restarts), 1),
        "exit status in the end": status,
    }


def losses(gateway: Gateway, promised: Promised) -> list[str]:
    """What was acknowledged and is not there, or is there and was acknowledged to be gone."""
    found = []
    with gateway.client() as client:
        for user, items in promised.events.items():
            answer = client.post("/v1/recommendations", json={"user": user, "k": 1})
            history = answer.json()["history"] if answer.status_code == 200 else []
            found += [f"event of {user} with {item}" for item in items if item not in history]
        for id, title in promised.items.items():
            answer = client.get(f"/v1/items/{id}")
            if answer.status_code != 200 or answer.json()["title"] != title:
                found.append(f"item {id}")
        for user in promised.deleted:
            if client.post("/v1/recommendations", json={"user": user, "k": 1}).status_code != 404:
                found.append(f"deletion of {user}")
    return found


def _without_chroma(gateway: Gateway, chroma: Chroma) -> list[str]:
    """Chroma killed under a gateway that goes on, and started again."""
    with gateway.client() as client:

        def degraded() -> list[str]:
            answer = client.post("/v1/recommendations", json={"query": "robots", "k": 3})
            found: list[str] = answer.json()["degraded"] if answer.status_code == 200 else [str(answer.status_code)]
            return found

        def becomes(wanted: list[str]) -> bool:
            end = time.monotonic() + 120
            while time.monotonic() < end:
                if degraded() == wanted:
                    return True
                time.sleep(0.2)
            return False

        found = [] if becomes([]) else ["the index was not found after the start"]
        chroma.send(signal.SIGKILL)
        if degraded() != ["index"]:
            found.append("an answer without Chroma does not say so")
        chroma.start()
        return found if becomes([]) else [*found, "the index was not found when Chroma was back"]


def _traces(gateway: Gateway, promised: Promised, folder: Path) -> list[str]:
    """Files that name a user who is deleted; all are, in the end."""
    names = [*promised.events, *promised.begun]
    with gateway.client() as client:
        for user in names:
            client.delete(f"/v1/users/{user}")  # 404 where the deletion had happened
    held = [(file, file.read_bytes()) for file in sorted(folder.rglob("*")) if file.is_file()]
    return [
        f"{user} is named in {file.relative_to(folder)}"
        for user in (*names, *promised.deleted)
        for file, content in held
        if user.encode() in content
    ]

"""Is anything lost that was acknowledged? `python -m eval.faults [--kills 50]`; with `--gateways`, between several.

`llmrec serve` over a small catalogue, its index on a Chroma server, is killed (SIGKILL) amid events, items and
deletions, and started again; every third time the Chroma server is killed too, and once more it alone. After each start
everything that was acknowledged is looked for: events in their users' histories, items in the catalogue, deleted users
nowhere. In the end all users are deleted, and no file that any of the processes wrote names one of them. Files its
result in eval/results/measurements.jsonl; exit code 1 where something was lost or left.

`--gateways [--operations 1000] [--minutes 1]`: six gateways start at once on an empty PostgreSQL database and two
Chroma servers; each has a data directory of its own, and all share the media. Two go on. Items are put at one and
looked for at the other; then items, events, users come, change and go at random gateways, until both, and a third that
starts then, have to give the same answers. At last one of the two is killed every ten seconds, or when it is up again
where that takes longer, while three clients write and ask for lists. A balancer sends their requests to the gateways
that are up, and to the other once more where a connection breaks. All that was acknowledged is looked for at both,
which have to give the same answers again. Study `faults`, too; exit code 1 where something is lost, an answer differs,
or one is a 5xx or none.
"""

import argparse
import io
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.serving.servers import Chroma, Gateway, Postgres
from eval.store import MEASUREMENTS, command_line, file_measurement
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
            broken += [f"after kill {kill + 1}: {loss}" for loss in _losses(gateway, fresh)]
            promised.add(fresh)
        broken += _losses(gateway, promised)
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


def _losses(gateway: Gateway, promised: Promised) -> list[str]:
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


class Balancer:
    """Sends each request to a gateway at random, and once more to another where its connection breaks."""

    def __init__(self, gateways: Sequence[Gateway], key: str) -> None:
        self.gateways, self._head = gateways, {"Authorization": f"Bearer {key}"}
        self.statuses: dict[int, int] = {}
        """Status -> answers; 0: none, from no gateway."""
        self.failures: dict[str, int] = {}
        """Code of each 5xx -> answers."""
        self.retried = 0
        """Requests that were sent once more, as a connection broke."""

    def send(self, rng: random.Random, method: str, path: str, **body: Any) -> httpx.Response | None:
        """The answer; None where no gateway gave one."""
        answer, broken = None, None
        for sent in range(2):
            up = [each for each in self.gateways if each.address and each is not broken]  # as a balancer's probe knows
            if up and answer is None:
                self.retried += sent
                broken = rng.choice(up)
                with suppress(httpx.TransportError):
                    answer = httpx.request(method, broken.address + path, headers=self._head, timeout=60, **body)
        status = answer.status_code if answer else 0
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if answer is not None and status >= 500:
            code = answer.json()["error"]["code"]
            self.failures[code] = self.failures.get(code, 0) + 1
        return answer


def run_several(folder: Path, operations: int, seconds: float, starts: int = 6, seed: int = 0) -> dict[str, Any]:
    """Starts, operates and kills; `folder` gets catalogue, data directories, media and logs."""
    data, rng = folder / "films", random.Random(seed)
    data.mkdir(parents=True)
    (data / "items.csv").write_text(ITEMS)
    (data / "interactions.csv").write_text(PEOPLE)
    with ExitStack() as servers:
        chroma = [servers.enter_context(Chroma(folder / f"chroma-{n}")).url for n in range(2)]
        database = servers.enter_context(Postgres())

        def gateway(n: int) -> Gateway:
            home = folder / f"home-{n}"
            home.mkdir()
            (home / "models").symlink_to(paths.home() / "models")
            words = [
                "--data",
                str(data),
                "--adapter",
                "ml-100k",
                "--chroma",
                ",".join(chroma),
                "--database",
                database.url,
            ]
            words += ["--media", str(folder / "media")]
            made = Gateway(words, folder / f"gateway-{n}.log", {"LLMREC_HOME": str(home)})
            servers.callback(made.kill)
            return made

        started = time.perf_counter()
        with ThreadPoolExecutor(starts) as pool:
            first = list(pool.map(gateway, range(starts)))
        up = round(time.perf_counter() - started, 1)
        keys = [each.key for each in first if each.key]
        for each in first[2:]:
            each.kill()
        two = first[:2]
        for each in two:
            each.key = keys[0]
        found = {
            "started at once, and up": [starts, len(first)],
            "first keys made": len(keys),
            "seconds until all were up": up,
            "put at one until found at the other": _seen_at_the_other(two, rng),
        }
        found["operations"] = _operate(two, operations, seed)
        late = gateway(starts)
        late.key = keys[0]
        found["answers of the two and of one started then"] = _compared([*two, late], operations)
        late.kill()
        found["kills"] = _killed(two, seconds, seed)
        found["answers of the two after the kills"] = _compared(two, operations)
        return found


def _seen_at_the_other(two: Sequence[Gateway], rng: random.Random, many: int = 60) -> dict[str, float]:
    """Milliseconds from the acknowledgement of an item until the other gateway has it; every fourth has a photo."""
    took = []
    with two[0].client() as one, two[1].client() as other:
        for n in range(many):
            at, seen_at = rng.sample((one, other), 2)
            form = {"data": {"item": json.dumps({"title": f"Seen {n}", "description": f"Number {n} is seen."})}}
            photo = {"files": {"image": ("p.jpg", _photo(n), "image/jpeg")}} if n % 4 == 0 else {"files": {}}
            body = form | photo if n % 4 == 0 else {"json": json.loads(form["data"]["item"])}
            at.put(f"/v1/items/seen-{n}", **body).raise_for_status()  # type: ignore[arg-type]
            begun = time.perf_counter()
            while seen_at.get(f"/v1/items/seen-{n}").status_code != 200:
                time.sleep(0.01)
            took.append(1000 * (time.perf_counter() - begun))
    p50, p95 = np.percentile(took, (50, 95))
    return {"items": many, "p50 ms": round(float(p50)), "p95 ms": round(float(p95)), "max ms": round(max(took))}


def _photo(seed: int) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (80, 60, 3), np.uint8)).save(file, "JPEG")
    return file.getvalue()


def _operate(two: Sequence[Gateway], operations: int, seed: int) -> dict[str, Any]:
    """Random work of four clients on the same items and users, at random gateways."""
    balancer = Balancer(two, two[0].key)

    def one(n: int) -> None:
        rng = random.Random(f"{seed}-{n}")
        item, user = f"any-{rng.randrange(operations // 4 + 1)}", f"user-{rng.randrange(40)}"
        film = rng.choice([item, f"f{rng.randrange(5, 24)}"])  # the first are for those who write amid kills
        kind = rng.random()
        if kind < 0.45:
            said = f"A film about {rng.choice(('a river', 'robots', 'a train', 'a storm'))}, told {n} times."
            body = {"title": f"Film of {n}", "description": said, "attributes": {"genres": ["Drama"]}}
            files = {"image": ("p.jpg", _photo(n % 20), "image/jpeg")}
            words = {"data": {"item": json.dumps(body)}, "files": files} if kind < 0.08 else {"json": body}
            balancer.send(rng, "PUT", f"/v1/items/{item if kind < 0.42 else film}", **words)
        elif kind < 0.55:
            balancer.send(rng, "DELETE", f"/v1/items/{film}")
        elif kind < 0.95:
            events = [{"user": user, "item": film, "id": str(n)}, {"user": "user-0", "item": film}]
            balancer.send(rng, "POST", "/v1/events", json={"events": rng.sample(events, 2)})
        else:
            balancer.send(rng, "DELETE", f"/v1/users/{user}")

    started = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(operations)))
    return {
        "many": operations,
        "seconds": round(time.perf_counter() - started, 1),
        "answers by status": {str(status): many for status, many in sorted(balancer.statuses.items())},
        "codes of 5xx": balancer.failures,
    }


def _compared(gateways: Sequence[Gateway], operations: int) -> dict[str, Any]:
    """What gateways serve, and the answers in which they differ from the first."""
    end, versions = time.monotonic() + 30, []
    while time.monotonic() < end:
        versions = [httpx.get(f"{each.address}/readyz").json() for each in gateways]
        if all(each == versions[0] for each in versions):
            break
        time.sleep(0.05)
    users: list[dict[str, Any]] = [{"user": f"user-{n}", "k": 20} for n in range(40)]
    queries = ["robots", "a storm at sea", "a train through the night", "Drama about a river", "film of 7"]
    asked = [*users, *({"query": query, "k": 50} for query in queries), {"user": "somebody", "query": "robots"}]
    lists: list[list[Any]] = []
    others: list[list[Any]] = []
    for gateway in gateways:
        with gateway.client() as client:
            answers = [client.post("/v1/recommendations", json=body).json() for body in asked]
            others.append([client.get(f"/v1/items/any-{n}").json() for n in range(operations // 4 + 1)])
        lists.append([[(item["id"], item["score"]) for item in each.get("items", ())] for each in answers])
        others[-1] += [(each.get("history"), each.get("error")) for each in answers]
    differing: list[Any] = [
        [body, *(each[n] for each in lists)]
        for n, body in enumerate(asked)
        if not all(_alike(lists[0][n], each[n]) for each in lists)
    ]
    differing += [
        [each[n] for each in others] for n in range(len(others[0])) if any(e[n] != others[0][n] for e in others)
    ]
    return {
        "versions": versions[0] if all(each == versions[0] for each in versions) else versions,
        "answers": len(asked) + operations // 4 + 1,
        "different": len(differing),
        "the first of them": differing[:1],
        "lists in the same order": sum(
            all([id for id, _ in each[n]] == [id for id, _ in lists[0][n]] for each in lists) for n in range(len(asked))
        ),
    }


def _alike(one: Sequence[tuple[str, float]], other: Sequence[tuple[str, float]], rounding: float = 1e-3) -> bool:
    """Whether lists are the same but for the order of items whose scores differ by rounding alone."""
    if len(one) != len(other):
        return False
    here, there = dict(one), dict(other)
    last = one[-1][1] if one else 0.0
    return all(abs(a - b) < rounding for (_, a), (_, b) in zip(one, other, strict=True)) and all(
        abs(here.get(id, last) - there.get(id, last)) < rounding for id in here.keys() | there.keys()
    )


def _killed(two: Sequence[Gateway], seconds: float, seed: int, every: float = 10.0) -> dict[str, Any]:
    """One gateway is killed every ten seconds while three clients write; what was acknowledged and is lost."""
    balancer, ended = Balancer(two, two[0].key), threading.Event()
    promised = [Promised() for _ in range(3)]

    def write(n: int) -> None:
        rng, own = random.Random(f"{seed}-{n}"), promised[n]
        while not ended.is_set():
            own.used += 1
            user, item = f"witness-{n}-{own.used // 5:05}", f"kept-{n}-{own.used:05}"
            told = own.events.setdefault(user, [])
            event = {"user": user, "item": f"f{len(told)}", "id": f"{own.used}"}
            answer = balancer.send(rng, "POST", "/v1/events", json={"events": [event]})
            if answer is not None and answer.status_code == 201:
                told.append(event["item"])
            balancer.send(rng, "POST", "/v1/recommendations", json={"user": user, "query": "robots", "k": 5})
            title = f"Film of {time.time():.6f}"
            answer = balancer.send(rng, "PUT", f"/v1/items/{item}", json={"title": title})
            if answer is not None and answer.status_code == 202:
                own.items[item] = title
            time.sleep(0.2)

    kills, restarts, end = 0, [0.0], time.monotonic() + seconds
    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, n) for n in range(3)]
        while time.monotonic() < end:
            begun = time.monotonic()
            gone = two[kills % 2]
            gone.kill()
            gone.start()
            kills += 1
            restarts.append(time.monotonic() - begun)
            time.sleep(max(0.0, every - (time.monotonic() - begun)))
        ended.set()
        for each in writing:
            each.result()
    every_one = Promised()
    for own in promised:
        every_one.add(own)
    time.sleep(2)
    return {
        "kills": kills,
        "seconds": seconds,
        "slowest restart, seconds": round(max(restarts), 1),
        "sent once more": balancer.retried,
        "acknowledged": {"events": sum(map(len, every_one.events.values())), "items": len(every_one.items)},
        "answers by status": {str(status): many for status, many in sorted(balancer.statuses.items())},
        "codes of 5xx": balancer.failures,
        "lost": [loss for gateway in two for loss in _losses(gateway, every_one)],
    }


def main() -> None:
    """Kill, look and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--gateways", action="store_true", help="several gateways on one database (see above)")
    options.add_argument("--operations", type=int, default=1000)
    options.add_argument("--minutes", type=float, default=1, help="of killing several")
    options.add_argument("--out", type=Path, default=MEASUREMENTS, help="file of results that gets the line")
    chosen = options.parse_args()
    if chosen.gateways:
        with tempfile.TemporaryDirectory() as folder:
            found = run_several(Path(folder), chosen.operations, 60 * chosen.minutes, seed=chosen.seed)
        result = {"gateways": 2, **found, "seed": chosen.seed}
        filed = file_measurement("faults", result, command_line(), same=("gateways",), file=chosen.out)
        print(json.dumps(filed, indent=2))
        compared = (found["answers of the two and of one started then"], found["answers of the two after the kills"])
        statuses = found["operations"]["answers by status"], found["kills"]["answers by status"]
        failed = any(status == "0" or status >= "500" for each in statuses for status in each)
        sys.exit(bool(failed or any(each["different"] for each in compared) or found["kills"]["lost"]))
    with tempfile.TemporaryDirectory() as folder:
        found = run(chosen.kills, Path(folder), chosen.seed)
    result = {**found, "seed": chosen.seed}
    filed = file_measurement("faults", result, command_line(), same=("gateways",), file=chosen.out)
    print(json.dumps(filed, indent=2))
    sys.exit(bool(found["lost or left"]))


if __name__ == "__main__":
    main()

"""Two gateways on one PostgreSQL and two Chroma servers, killed in turn: what is lost, and whether they agree."""

import io
import json
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from eval.faults.one_gateway import ITEMS, PEOPLE, Promised, losses
from eval.serving.servers import Chroma, Gateway, Postgres
from llmrec import paths
from llmrec.errors import SetupError


class Balancer:
    """Sends each request to a gateway at random, and once more to another where its connection breaks."""

    def __init__(self, gateways: Sequence[Gateway], key: str) -> None:
        self.gateways, self._head = gateways, {"Authorization": f"Bearer {key}"}
        self.statuses: dict[int, int] = {}
        """Status -> answers; 0: none, from no gateway."""
        self.failures: list[dict[str, Any]] = []
        """Each 5xx: when, at which gateway, of which route, and what was said."""
        self.retried = 0
        """Requests that were sent once more, as a connection broke."""

    def send(self, rng: random.Random, method: str, path: str, **body: Any) -> httpx.Response | None:
        """The answer; None where no gateway gave one."""
        answer, broken = None, self.gateways[0]
        for sent in range(2):
            up = [each for each in self.gateways if each.address]  # as a balancer's probe knows
            up = [each for each in up if not sent or each is not broken]
            if up and answer is None:
                self.retried += sent
                broken = rng.choice(up)
                with suppress(httpx.TransportError):
                    answer = httpx.request(method, broken.address + path, headers=self._head, timeout=60, **body)
        status = answer.status_code if answer else 0
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if answer is not None and status >= 500:
            failure = {"at": time.strftime("%H:%M:%S", time.gmtime()), "gateway": self.gateways.index(broken)}
            self.failures.append(failure | {"route": f"{method} {path}", "status": status, "said": _said(answer)})
        return answer


def _said(answer: httpx.Response) -> str:
    """What an error says, as far as it is JSON."""
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]


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
        "5xx": balancer.failures,
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

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, n) for n in range(3)]
        killed = _kill_in_turn(two, seconds, every)
        ended.set()
        for each in writing:
            each.result()
    every_one = Promised()
    for own in promised:
        every_one.add(own)
    time.sleep(2)
    return {
        **killed,
        "seconds": seconds,
        "sent once more": balancer.retried,
        "acknowledged": {"events": sum(map(len, every_one.events.values())), "items": len(every_one.items)},
        "answers by status": {str(status): many for status, many in sorted(balancer.statuses.items())},
        "5xx": balancer.failures,
        "lost": [loss for gateway in two for loss in losses(gateway, every_one)],
    }


def _kill_in_turn(two: Sequence[Gateway], seconds: float, every: float) -> dict[str, Any]:
    """Kill one of two every so many seconds, each in its turn, and start it at once.

    One of the two has to be left to answer. A kill that is due while the other one still starts falls on that one, amid
    its start; the next that is due during the same restart waits until it is up.
    """
    restarts: list[float] = []
    kills, amid, begun = 0, 0, time.monotonic()

    def start(gateway: Gateway) -> None:
        started = time.monotonic()
        with suppress(SetupError):  # killed amid its start
            gateway.start()
            restarts.append(time.monotonic() - started)

    with ThreadPoolExecutor(2) as pool:
        starting, due, again = None, begun + every, False
        while due < begun + seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            if starting is not None and again:
                starting.result()
            up = starting is None or starting.done()
            if up:
                turn, again = two[kills % 2], False
                kills += 1
            else:
                again = True
                amid += 1
            turn.kill()
            starting = pool.submit(start, turn)
            due = max(due, time.monotonic()) + every
        if starting is not None:
            starting.result()
    return {
        "kills": kills,
        "of one that still started": amid,
        "seconds until one is up again": sorted(round(each, 1) for each in restarts),
    }

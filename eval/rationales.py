"""Who wrote the sentences, and do they hold: `python -m eval.rationales [USERS]`.

The top three of the first USERS (default 100) users of the demo's data, explained by the shipped pack. Each sentence
that reaches the user is verified once more. Writes eval/results/rationales.json: sentences by source, claims by kind,
sentences with a claim that is not supported, distinct sentences, the share of the most common five-word opening, and
why the LLM's own attempts were refused.
"""

import collections
import json
import sys
import time
from pathlib import Path

from eval.ranking.cells import head_commit, this_machine
from llmrec.explain import verify
from llmrec.recommend import Recommender, Request

OUT = Path(__file__).resolve().parent / "results" / "rationales.json"


def main() -> None:
    """Explain, verify, count, write."""
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    shop = Recommender.open(None, None)
    sources: collections.Counter[str] = collections.Counter()
    kinds: collections.Counter[str] = collections.Counter()
    refused: collections.Counter[str] = collections.Counter()
    texts: list[str] = []
    unsupported: list[str] = []
    for done, user in enumerate(list(shop.catalog.histories)[:users], start=1):
        for item in shop.recommend(Request(user=user, k=3, explain=True)).items:
            if item.rationale is None or item.evidence is None:
                raise SystemExit(f"user {user}, item {item.id}: an answer without a rationale")
            texts.append(item.rationale.text)
            sources[item.rationale.source] += 1
            kinds.update(claim.kind for claim in item.rationale.claims)
            refused.update(problem.split("'")[0].split(":")[0].strip() for _, problem in item.rationale.refused)
            if not verify(item.rationale.text, item.evidence, shop.catalog).ok:
                unsupported.append(item.rationale.text)
        if done % 10 == 0:
            print(f"{done} users: {dict(sources)}", file=sys.stderr, flush=True)
    openings = collections.Counter(" ".join(text.split()[:5]) for text in texts)
    result = {
        "users": users,
        "sentences": len(texts),
        "by source": dict(sources),
        "share that fell back to the plain sentence": round(sources["plain"] / len(texts), 3),
        "with a claim that is not supported": len(unsupported),
        "distinct sentences": round(len(set(texts)) / len(texts), 3),
        "most common five-word opening": round(openings.most_common(1)[0][1] / len(texts), 3),
        "claims by kind": dict(kinds.most_common()),
        "why attempts were refused": dict(refused.most_common(8)),
        "machine": this_machine(),
        "commit": head_commit(),
        "command": f"python -m eval.rationales {users}",
        "date": time.strftime("%Y-%m-%d"),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

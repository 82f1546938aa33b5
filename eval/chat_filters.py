"""How many lines of a chat the rules understand, and a small LLM: `python -m eval.chat_filters [--every N]`.

The lines are those of eval/chat_queries. The LLM is the default base model, SmolLM2-135M-Instruct, which writes
JSON that a grammar made of the schema holds it to (`pip install xgrammar`), greedily, from the prompt that any chat
model gets (`prompts/understand`). Its proposals are judged alone, and as `llmrec.chat.nlu.proposals` takes them: held
against the catalogue and joined to what the rules read. A line is right where action, subject, filters, comparisons and
wish all are. Files its result in eval/results/measurements.jsonl; `--every 4` has the LLM read every fourth line.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any

from eval.chat_queries import Query, catalogue, queries
from eval.command import run_command, whole_number
from eval.store import file_measurement
from llmrec import paths
from llmrec.chat.nlu.intent import Intent
from llmrec.chat.nlu.proposals import (
    MAX_CHARACTERS,
    Proposal,
    describe_attributes,
    merge_proposal,
    valid_conditions,
)
from llmrec.chat.nlu.references import list_position
from llmrec.chat.nlu.rules import understand
from llmrec.prompts import as_data, render
from llmrec.setup import base_folder

BATCH, MOST = 8, 120
"""Lines read at once, and tokens of an answer at most; one that is longer is cut, and no JSON."""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=whole_number, default=1, help="the LLM reads every so-manieth line")
    every = parser.parse_args().every
    rules = [understand(query.line, catalogue(query.catalogue)) for query in queries()]
    chosen = queries()[::every]
    written = [text for batch in _batches(chosen) for text in batch]
    proposals = [_valid(text) for text in written]
    alone, joined = [], []
    for query, proposed in zip(chosen, proposals, strict=True):
        catalog = catalogue(query.catalogue)
        read = understand(query.line, catalog)
        alone.append(_as_intent(proposed, query) if proposed else Intent("ask"))
        joined.append(merge_proposal(read, proposed, query.line, catalog) if proposed else read)
    result = {
        "rules": _share(queries(), rules),
        "rules, on the lines that the LLM read": _share(chosen, rules[::every]),
        "SmolLM2-135M, constrained JSON, alone": _share(chosen, alone),
        "of its answers valid against the schema": f"{sum(p is not None for p in proposals)} of {len(proposals)}",
        "its filters alone right": f"{sum(map(_filters, chosen, alone))} of {len(chosen)}",
        "rules and its proposals": _share(chosen, joined),
        "lines": "eval/chat_queries/queries.jsonl",
    }
    command = "python -m eval.chat_filters" + (f" --every {every}" if every > 1 else "")
    print(json.dumps(file_measurement("chat_filters", result, command), indent=2))


def _share(asked: Sequence[Query], found: Sequence[Intent]) -> str:
    right = sum(not query.wrong(intent) for query, intent in zip(asked, found, strict=True))
    return f"{right} of {len(asked)}"


def _filters(query: Query, found: Intent) -> bool:
    return sorted(found.filters) == sorted(query.filters)


def _valid(text: str) -> Proposal | None:
    try:
        return Proposal.model_validate_json(text)
    except ValueError:
        return None


def _as_intent(proposed: Proposal, query: Query) -> Intent:
    subject = list_position(proposed.subject) or proposed.subject
    conditions = valid_conditions(proposed, query.line, catalogue(query.catalogue))
    return Intent(proposed.action, "" if proposed.action == "ask" else subject, proposed.query, conditions)


def _batches(chosen: Sequence[Query]) -> Iterator[list[str]]:
    """What the LLM writes of each line, a batch at a time."""
    import torch
    import xgrammar
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from xgrammar.contrib.hf import LogitsProcessor

    folder = base_folder(paths.home())
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, padding_side="left")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    known = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=model.config.vocab_size)
    grammar = xgrammar.GrammarCompiler(known).compile_json_schema(json.dumps(Proposal.model_json_schema()))
    told = {
        name: render("understand", attributes=describe_attributes(catalogue(name))) for name in ("films", "fashion")
    }
    for start in range(0, len(chosen), BATCH):
        prompts = [
            tokenizer.apply_chat_template(
                [
                    {"role": "system", "content": told[query.catalogue]},
                    {"role": "user", "content": as_data(query.line, MAX_CHARACTERS)},
                ],
                tokenize=False,
                add_generation_prompt=True,
            )
            for query in chosen[start : start + BATCH]
        ]
        asked = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
        with torch.inference_mode():
            rows = model.generate(
                **asked, max_new_tokens=MOST, do_sample=False, logits_processor=[LogitsProcessor(grammar)]
            )
        width = asked["input_ids"].shape[1]
        print(f"{start + len(prompts)} of {len(chosen)} lines", flush=True)
        yield [str(tokenizer.decode(row[width:], skip_special_tokens=True)) for row in rows]


if __name__ == "__main__":
    run_command(main)

"""Where the LLM runs: in this process, or in vLLM servers."""

from llmrec.runtime import configure

configure()

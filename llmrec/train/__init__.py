"""Training: objectives, windows, wishes, the loop, and the pack that comes out."""

from llmrec.runtime import configure

configure()

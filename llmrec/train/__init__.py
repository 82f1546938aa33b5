"""Training: the data, the objectives, the loop, calibration, and the checkpoint that comes out."""

from llmrec.runtime import configure

configure()

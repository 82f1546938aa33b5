"""Training: the data, the objectives, the loop, calibration, and the checkpoint that comes out.

The package is callable: `llmrec.train(catalog, out, config)` is `llmrec.train.run.train`.
"""

from llmrec.runtime import callable_package, configure

configure()
callable_package(__name__, "llmrec.train.run", "train")

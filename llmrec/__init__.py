"""llmrec: an LLM-centric generative recommender with explanations that are checked against evidence.

Importing the package loads nothing heavy: each name below is imported when it is first used.

Examples
--------
>>> import llmrec
>>> recommender = llmrec.Recommender.from_pretrained("ml-100k")  # doctest: +SKIP
>>> recommender.recommend(user="471", query="an animated musical", k=5).to_pandas()  # doctest: +SKIP
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# PEP 562. `__init__.pyi` says the same to type checkers and editors; a test holds the two together.
_HOMES = {
    "Catalog": "llmrec.catalog",
    "PipelineConfig": "llmrec.pipeline_config",
    "Recommender": "llmrec.recommender",
    "Request": "llmrec.request",
    "Response": "llmrec.response",
    "TrainConfig": "llmrec.train.config",
    "audit": "llmrec",
    "baselines": "llmrec",
    "evaluate": "llmrec.evaluator",
    "recommend_all": "llmrec.batch",
    "register": "llmrec.registry",
    "train": "llmrec",
    "unlearn": "llmrec.train.unlearn",
}
"""Public name -> the module that it is imported from when it is first used."""

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'llmrec' has no attribute {name!r}")
    home = _HOMES[name]  # a package that is public as such is at home in this one
    value = import_module(f"llmrec.{name}") if home == __name__ else getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_HOMES, "__all__", "__doc__", "__version__"])

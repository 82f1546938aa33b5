"""What must lie on the disk before anything runs: the base model and the demo's data set."""

from llmrec.setup.base import BASE_ID, base_folder, materialise_base

__all__ = ["BASE_ID", "base_folder", "materialise_base"]

"""What each modality and each way of fusing them is worth, world by world; see `python -m eval.modalities --help`."""

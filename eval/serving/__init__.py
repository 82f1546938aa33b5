"""What the gateway carries: load from a process of its own, over loopback. See `python -m eval.serving --help`."""

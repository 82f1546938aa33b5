"""Training: objectives, windows, wishes, the loop, and the pack that comes out."""

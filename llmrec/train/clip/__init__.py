"""Training of CLIP heads: pictures and words of two frozen encoders in one space."""

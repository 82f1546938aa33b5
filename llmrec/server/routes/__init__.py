"""The routes: what HTTP asks, handed to the parts behind it."""

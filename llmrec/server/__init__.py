"""The gateway: HTTP in front of a `Recommender`, with keys, tenants, events and items of its own."""

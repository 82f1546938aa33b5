"""The gateway: an HTTP API in front of a `Recommender`, with keys, tenants, events and items of its own.

`app.build` makes the app and `run.serve` runs it. Below them: `routes` (HTTP), `recommending` and `chat_turn` (what a
request comes to), `live_catalog` and `ingestion` (items that come and go), `store` (what is kept), `schemas` (the types
that go through all of them), and what guards and observes it (`middleware`, `concurrency`, `connections`,
`observability`, `errors`, `settings`).
"""

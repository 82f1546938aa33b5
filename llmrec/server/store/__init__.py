"""What the gateway must not lose (keys, events, items, answers), in SQLite or PostgreSQL through SQLAlchemy."""

"""What a gateway keeps (keys, users, events, items, answers, conversations), in SQLite or PostgreSQL by SQLAlchemy."""

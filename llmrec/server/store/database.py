"""One database: opened, written in transactions that are on disk when they return, its errors as one sentence."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from llmrec.errors import BadInput, LlmrecError, StorageError
from llmrec.server.store.tables import metadata, settings

FORMAT = "1"
WAIT = 10.0
"""Seconds that a writer waits for another one."""


class StoreUnavailable(LlmrecError):
    """The database does not answer; trying again may help."""


class Database:
    """Tables of `llmrec.server.store.tables` behind a URL of SQLAlchemy's."""

    def __init__(self, url: str) -> None:
        """Opens it, and makes the tables where they are missing.

        Raises `BadInput` for a URL that names no database, `StorageError` or `StoreUnavailable` where it cannot be
        used.
        """
        try:
            self.engine = sa.create_engine(url, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise BadInput(
                f"the database URL cannot be used ({error}); write it like postgresql+psycopg://user@host/name and "
                "install the driver that it names"
            ) from error
        self.embedded = self.engine.dialect.name == "sqlite"
        if self.embedded:
            _prepare_sqlite(self.engine)
        with self.writing() as connection:
            metadata.create_all(connection)
            connection.execute(self.insert(settings).values(name="format", value=FORMAT).on_conflict_do_nothing())
            salt = secrets.token_hex(16)
            connection.execute(self.insert(settings).values(name="salt", value=salt).on_conflict_do_nothing())
        with self.reading() as connection:
            self.settings = dict(connection.execute(sa.select(settings.c.name, settings.c.value)).tuples().all())
        if self.settings["format"] != FORMAT:
            raise BadInput(
                f"the database has format {self.settings['format']}, this llmrec writes {FORMAT}; use the llmrec that "
                "made it, or another database"
            )

    @classmethod
    def at(cls, folder: Path) -> "Database":
        """The SQLite database of a folder, which is made where it is missing; raises `StorageError`."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{folder} cannot be made ({error.strerror}); choose another LLMREC_HOME") from error
        return cls(f"sqlite:///{(folder / 'store.db').resolve()}")

    def insert(self, table: sa.Table) -> Any:
        """An insert of the database's dialect, which has `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self.embedded else postgresql.insert(table)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the database; raises `StoreUnavailable`."""
        with _told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, synced: bool = True) -> Iterator[sa.Connection]:
        """A transaction: on disk when the block ends, undone when it fails.

        Without `synced` it survives the end of this process, however it ends, but not that of the machine; and it does
        not wait for the disk. Raises `StorageError`, `StoreUnavailable`.
        """
        options = {"writes": True, "synced": synced}
        with _told(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def erase(self) -> None:
        """Leave nothing of deleted rows in SQLite's files: pages are overwritten on deletion (`secure_delete`), and
        here the log, which holds their older versions, is emptied. Raises `StoreUnavailable` while readers hold it."""
        if not self.embedded:
            return  # the server's own business (VACUUM, its log)
        with _told(), self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()  # type: ignore[union-attr]
            if busy:
                raise StoreUnavailable("the store is busy and its log could not be emptied; try again")

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Durable (WAL, synced at every commit), one writer at a time from the transaction's start, nothing left behind."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below
        for pragma in (
            f"busy_timeout={int(WAIT * 1000)}", "journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        writes = options.get("writes")
        if writes:
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options['synced'] else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told() -> Iterator[None]:
    """A database that refuses becomes one of our errors."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise StoreUnavailable("another request changed the same user at this moment; try again") from error
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        if "full" in reason or "readonly" in reason or "read-only" in reason or "disk I/O" in reason:
            raise StorageError(f"the store cannot be written ({reason}); free some space") from error
        raise StoreUnavailable(f"the store does not answer ({reason[:200]}); try again") from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the store does not answer ({str(error)[:200]}); try again") from error

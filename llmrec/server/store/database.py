"""One database: opened, migrated, written in transactions that are on disk when they return; errors in a sentence."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from llmrec.errors import BadInput, LlmrecError, StorageError
from llmrec.server.store.held import HeldConnections
from llmrec.server.store.tables import settings

HEAD = "0002"
"""The last of the migrations."""
FORMAT = "1"
"""What versions of llmrec without migrations look for: they can work with these tables."""
WAIT_SECONDS = 10.0
"""How long a writer waits for another one."""
KEEP_WAIT_SECONDS = 1.0
"""The same where nothing is lost that a client sent: people wait for their answer meanwhile."""
CONNECT_SECONDS, STATEMENT_SECONDS, POOL_SECONDS = 5, 10, 5
"""How long a server of its own may take for a connection and for a statement, and how long one waits for a free one."""
HELD_SECONDS = 15.0
"""How long a transaction may take in all; where the server then says nothing at all, its connection is cut."""
CONNECTIONS = 20
"""Connections to a server of its own."""
_MIGRATING = threading.Lock()
"""Alembic holds what it works on in the process: one database at a time."""
_ADVISORY_LOCK = 0x11_3EC
"""PostgreSQL's lock that a process holds while it migrates: several may open an empty database at once."""


class StoreUnavailable(LlmrecError):
    """The database does not answer; trying again may help.

    Parameters
    ----------
    sentence
        What may be told to anybody.
    reason
        In the driver's words, which may name hosts and rows; for who runs the gateway.
    """

    def __init__(self, sentence: str, reason: str = "") -> None:
        super().__init__(f"{sentence} ({reason})" if reason else sentence)
        self.sentence = sentence


class Database:
    """Tables of `llmrec.server.store.tables` behind a URL of SQLAlchemy's.

    Parameters
    ----------
    url
        Such as "postgresql+psycopg://user@host/name". Tables that are missing are made, older ones are migrated.

    Raises
    ------
    BadInput
        Where the URL names no database, or one of a newer llmrec.
    StorageError, StoreUnavailable
        Where it cannot be used.
    """

    def __init__(self, url: str) -> None:
        try:
            address = sa.make_url(url)
            own = address.get_backend_name() != "sqlite"
            timeout = {} if "connect_timeout" in address.query or not own else {"connect_timeout": CONNECT_SECONDS}
            pool = {"pool_size": CONNECTIONS // 2, "max_overflow": CONNECTIONS // 2, "pool_timeout": POOL_SECONDS}
            self.engine = sa.create_engine(address, connect_args=timeout, **(pool if own else {}))
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise BadInput(
                f"the database URL cannot be used ({error}); write it like postgresql+psycopg://user@host/name and "
                "install the driver that it names"
            ) from error
        self.embedded = self.engine.dialect.name == "sqlite"
        self._watch: HeldConnections | None = None
        if self.embedded:
            _prepare_sqlite(self.engine)
        try:
            self.settings = self._prepare()
        except LlmrecError:
            self.close()
            raise
        if not self.embedded:  # not before: a migration may take long
            self.engine.dispose()
            self._watch = HeldConnections(self.engine, HELD_SECONDS, STATEMENT_SECONDS)

    @classmethod
    def at(cls, folder: Path) -> "Database":
        """Open the SQLite database of a folder.

        Parameters
        ----------
        folder
            Made where it is missing.

        Returns
        -------
        Database
            The file `store.db` in it.

        Raises
        ------
        StorageError
            Where the folder cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{folder} cannot be made ({error.strerror}); choose another LLMREC_HOME") from error
        return cls(f"sqlite:///{(folder / 'store.db').resolve()}")

    def _prepare(self) -> dict[str, str | None]:
        """Make or migrate the tables; the settings that the database holds."""
        with self.writing() as connection:
            if not self.embedded:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            _migrate(connection)
            for name, value in (("format", FORMAT), ("salt", secrets.token_hex(16))):
                connection.execute(self.insert(settings).values(name=name, value=value).on_conflict_do_nothing())
        with self.reading() as connection:
            return dict(connection.execute(sa.select(settings.c.name, settings.c.value)).tuples().all())

    def insert(self, table: sa.Table) -> Any:
        """Begin an insert of the database's dialect.

        Parameters
        ----------
        table
            Where to.

        Returns
        -------
        Insert
            With `on_conflict_do_nothing` and `on_conflict_do_update`, which SQLAlchemy's own lacks.
        """
        return sqlite.insert(table) if self.embedded else postgresql.insert(table)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a connection that sees one state of the database.

        Yields
        ------
        Connection
            For the block.

        Raises
        ------
        StoreUnavailable
            Where the database does not answer.
        """
        with _own_errors(), self._watched(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, synced: bool = True) -> Iterator[sa.Connection]:
        """Open a transaction: on disk when the block ends, undone when it fails.

        Parameters
        ----------
        synced
            Without, it survives the end of this process, however it ends, but not that of the machine; and it does not
            wait for the disk.

        Yields
        ------
        Connection
            For the block.

        Raises
        ------
        StorageError, StoreUnavailable
            Where the database refuses.
        """
        options = {"writes": True, "synced": synced}
        with (
            _own_errors(),
            self._watched(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises
        ------
        StoreUnavailable
            Where the database does not answer.
        """
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def erase(self) -> None:
        """Leave nothing of deleted rows in SQLite's files.

        Pages are overwritten on deletion (`secure_delete`); here the log, which holds their older versions, is emptied.

        Raises
        ------
        StoreUnavailable
            While readers hold the log.
        """
        if not self.embedded:
            return  # the server's own business (VACUUM, its log)
        with _own_errors(), self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()  # type: ignore[union-attr]
            if busy:
                raise StoreUnavailable("the store is busy and its log could not be emptied; try again")

    def close(self) -> None:
        """Let go of all connections."""
        if self._watch:
            self._watch.close()
        self.engine.dispose()

    def _watched(self) -> AbstractContextManager[None]:
        return self._watch.block() if self._watch else nullcontext()


def _migrate(connection: sa.Connection) -> None:
    """Run the migrations that the database lacks, in the connection's transaction. Raises `BadInput`."""
    known = sa.inspect(connection).has_table("alembic_version")
    revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version")) if known else None
    if revision == HEAD:
        return
    from alembic import command  # takes a third of a second, which most starts need not wait
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    try:
        with _MIGRATING:
            command.upgrade(config, "head")
    except CommandError as error:
        raise BadInput(
            f"the database has the tables of another llmrec (revision {revision}, this one has {HEAD}); use the llmrec "
            "that made it, or another database"
        ) from error


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Durable (WAL, synced at every commit), one writer at a time from the transaction's start, nothing left behind."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below
        for pragma in (
            f"busy_timeout={int(WAIT_SECONDS * 1000)}", "journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        writes = options.get("writes")
        if writes:
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options['synced'] else 'NORMAL'}")
            wait = WAIT_SECONDS if options["synced"] else KEEP_WAIT_SECONDS
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(wait * 1000)}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _own_errors() -> Iterator[None]:
    """Raise what a database refuses as one of our errors."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise StoreUnavailable("another request changed the same user at this moment; try again") from error
    except DBAPIError as error:
        reason = " ".join(str(error.orig).split())
        if "full" in reason or "readonly" in reason or "read-only" in reason or "disk I/O" in reason:
            raise StorageError(f"the store cannot be written ({reason}); free some space") from error
        raise StoreUnavailable("the store does not answer; try again", reason[:200]) from error
    except SQLAlchemyError as error:
        raise StoreUnavailable("the store does not answer; try again", str(error)[:200]) from error

"""One database: opened, migrated, written in transactions that are on disk when they return; errors in a sentence."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from llmrec.errors import BadInput, LlmrecError, StorageError
from llmrec.server.store.encryption import Cipher, cipher_of, seal_rows, use_cipher
from llmrec.server.store.held import HeldConnections
from llmrec.server.store.tables import metadata, settings

HEAD = "0006"
"""The last of the migrations."""
FORMAT = "2"
"""What versions of llmrec without migrations look for: they can work with 1 alone, and refuse these tables."""
WAIT_SECONDS = 10.0
"""How long a writer waits for another one."""
KEEP_WAIT_SECONDS = 1.0
"""The same where nothing is lost that a client sent: people wait for their answer meanwhile."""
ERASE_WAIT_SECONDS = 4.0
"""How long the emptying of the log waits for readers; what it cannot do then is done later."""
CONNECT_SECONDS, STATEMENT_SECONDS, POOL_SECONDS = 5, 10, 5
"""How long a server of its own may take for a connection and for a statement, and how long one waits for a free one."""
HELD_SECONDS = 15.0
"""How long a transaction may take in all; where the server then says nothing at all, its connection is cut."""
CONNECTIONS = 20
"""Connections to a server of its own."""
REWRITE_BYTES = 200_000_000
"""Size up to which SQLite's file is written anew while somebody waits for it."""
_DATA_KEY, _ERASURE = "data_key", "erasure"
"""Names of settings: the wrapped key of the columns, and that something was deleted since the file was written anew."""
_MIGRATING = threading.Lock()
"""Alembic holds what it works on in the process: one database at a time."""
Lock = Literal["tables", "keys", "items"]
"""What one process at a time may do: make or migrate the tables, make the first key, change items."""
_LOCKS: dict[Lock, int] = {"tables": 0x11_3EC, "keys": 0x11_3ED, "items": 0x11_3EE}
"""PostgreSQL's numbers of these locks."""


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
    keys
        As `llmrec.server.store.encryption.read_keys` gives them. A database that was not encrypted is, with all that it
        holds.

    Raises
    ------
    BadInput
        Where the URL names no database, or one of a newer llmrec; or where it is encrypted with none of the keys.
    StorageError, StoreUnavailable
        Where it cannot be used.
    """

    def __init__(self, url: str, keys: Sequence[str] = ()) -> None:
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
        self.busy_seconds = ERASE_WAIT_SECONDS
        """How long `erase` and `empty_log` wait for those who read or write."""
        self._look_again = 0.0
        self._watch: HeldConnections | None = None
        if self.embedded:
            _keep_private(self.engine.url.database)
            _prepare_sqlite(self.engine)
        try:
            self.settings = self._prepare(keys)
        except LlmrecError:
            self.close()
            raise
        if not self.embedded:  # not before: a migration may take long
            self.engine.dispose()
            self._watch = HeldConnections(self.engine, HELD_SECONDS, STATEMENT_SECONDS)

    @classmethod
    def at(cls, folder: Path, keys: Sequence[str] = ()) -> "Database":
        """Open the SQLite database of a folder.

        Parameters
        ----------
        folder
            Made where it is missing.
        keys
            As `read_keys` gives them.

        Returns
        -------
        Database
            The file `store.db` in it.

        Raises
        ------
        StorageError
            Where the folder cannot be made.
        BadInput
            Where it is encrypted with none of the keys.
        """
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{folder} cannot be made ({error.strerror}); choose another LLMREC_HOME") from error
        return cls(f"sqlite:///{(folder / 'store.db').resolve()}", keys)

    def _prepare(self, keys: Sequence[str]) -> dict[str, str | None]:
        """Make or migrate the tables, and encrypt them where there is a key; the settings that the database holds."""
        with self._transaction() as connection:
            self.lock(connection, "tables")
            _migrate(connection)
            held = dict(connection.execute(sa.select(settings.c.name, settings.c.value)).tuples().all())
            cipher, encrypted = self._unlock(connection, held, keys)
            salt = held.get("salt")
            if salt is None or encrypted:  # a salt is never written in the clear where there is a key
                salt = salt or secrets.token_hex(16)
                self._set(connection, "salt", cipher.seal(salt) if cipher else salt)
            elif cipher:
                salt = cipher.unseal(salt)
            self._set(connection, "format", FORMAT)
        if cipher:
            use_cipher(self.engine, cipher)
        if encrypted and self.embedded:
            self.erase()
        elif encrypted:
            with _own_errors(), self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                for table in metadata.sorted_tables:
                    connection.exec_driver_sql(f"VACUUM (FULL) {table.name}")
        return held | {"format": FORMAT, "salt": salt}

    def _unlock(
        self, connection: sa.Connection, held: dict[str, str | None], keys: Sequence[str]
    ) -> tuple[Cipher | None, bool]:
        """The cipher of the database, if it has or gets one, and whether it was made now. Raises `BadInput`."""
        if wrapped := held.get(_DATA_KEY):
            cipher, first = Cipher.unwrap(wrapped, keys)
            if not first:  # the key is changed: what it opens stays
                self._set(connection, _DATA_KEY, cipher.wrapped(keys[0]))
            return cipher, False
        if not keys:
            return None, False
        if not self.embedded:  # gateways without the key, which would go on writing, look here before they do
            connection.exec_driver_sql("LOCK TABLE settings IN ACCESS EXCLUSIVE MODE")
        cipher = Cipher.random()
        seal_rows(connection, metadata, cipher)
        self._set(connection, _DATA_KEY, cipher.wrapped(keys[0]))
        self.mark_deleted(connection)
        return cipher, True

    def _set(self, connection: sa.Connection, name: str, value: str) -> None:
        row = self.insert(settings).values(name=name, value=value)
        connection.execute(row.on_conflict_do_update(index_elements=[settings.c.name], set_={"value": value}))

    @property
    def encrypted(self) -> bool:
        """Whether what tells of people is encrypted."""
        return cipher_of(self.engine) is not None

    def lock(self, connection: sa.Connection, name: Lock) -> None:
        """Let no other transaction that locks the same go on before this one has ended; SQLite has one writer anyway.

        What is read after it holds all that the others committed.

        Parameters
        ----------
        connection
            A transaction that writes.
        name
            What is locked.
        """
        if not self.embedded:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCKS[name])))

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
            Where the database does not answer, or was encrypted since it was opened, which is looked for every second.
        """
        with _own_errors(), self._watched(), self.engine.connect() as connection:
            if not self.encrypted and time.monotonic() > self._look_again:
                self._check_clear(connection)
                self._look_again = time.monotonic() + 1
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
            Where the database refuses, or was encrypted since it was opened.
        """
        with self._transaction(synced) as connection:
            if not self.encrypted:
                self._check_clear(connection)
            yield connection

    @staticmethod
    def _check_clear(connection: sa.Connection) -> None:
        if connection.scalar(_ENCRYPTED):
            raise StoreUnavailable("the store was encrypted meanwhile; start the gateway again, with its key")

    @contextmanager
    def _transaction(self, synced: bool = True) -> Iterator[sa.Connection]:
        options = {"writes": True, "synced": synced}
        with (
            _own_errors(),
            self._watched(),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            if not synced and not self.embedded:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    def own_connection(self) -> Any:
        """Open a connection of the driver's outside of the pool, each statement a transaction, for who holds it on.

        Returns
        -------
        Any
            Of psycopg.

        Raises
        ------
        Exception
            The driver's.
        """
        words, options = self.engine.dialect.create_connect_args(self.engine.url)
        # without signs of life it would wait for good where the server is gone
        own: dict[str, Any] = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
        own |= {"connect_timeout": CONNECT_SECONDS, "autocommit": True}
        return self.engine.dialect.connect(*words, **own | dict(options))

    def ping(self) -> None:
        """Ask for a sign of life.

        Raises
        ------
        StoreUnavailable
            Where the database does not answer.
        """
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def empty_log(self) -> None:
        """Empty SQLite's log, which holds older versions of pages that were overwritten on deletion (`secure_delete`).

        Raises
        ------
        StoreUnavailable
            While readers hold the log.
        """
        if self.embedded:
            with self._raw() as raw:
                self._truncate(raw)

    def mark_deleted(self, connection: sa.Connection) -> None:
        """Note that something was deleted of which nothing may stay in SQLite's files; `erase` sees to it.

        Parameters
        ----------
        connection
            The transaction that deletes it.
        """
        if self.embedded:
            self._set(connection, _ERASURE, secrets.token_hex(8))  # what is deleted while the file is written is due

    def erase(self, most: int | None = None) -> bool:
        """Leave nothing in SQLite's files of what `mark_deleted` noted: write the file anew, and empty the log.

        `secure_delete` alone is not enough: a page whose rows were moved to another keeps fragments of them.

        Parameters
        ----------
        most
            Bytes of the file up to which it is done; of any size by default. PostgreSQL does the like by itself
            (autovacuum, its log), and is made to by the first encryption alone.

        Returns
        -------
        bool
            False where it is still to be done: the file is larger, or others are reading or writing.

        Raises
        ------
        StorageError
            Where there is no space for another file of that size.
        """
        if not self.embedded:
            return True
        with self.reading() as connection:
            due = connection.scalar(sa.select(settings.c.value).where(settings.c.name == _ERASURE))
            if not due:
                return True
            size = (
                connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                * connection.exec_driver_sql("PRAGMA page_size").scalar_one()
            )
        if most is not None and size > most:
            return False
        try:
            with self._raw() as raw:
                raw.execute("VACUUM")
                self._truncate(raw)
            with self.writing(synced=False) as connection:
                connection.execute(settings.delete().where(settings.c.name == _ERASURE, settings.c.value == due))
        except StoreUnavailable:
            return False
        return True

    @contextmanager
    def _raw(self) -> Iterator[Any]:
        """SQLite's own connection, outside of a transaction."""
        with _own_errors(), self.engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA busy_timeout={int(self.busy_seconds * 1000)}")
            yield raw

    @staticmethod
    def _truncate(raw: Any) -> None:
        busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreUnavailable("the store is busy and its log could not be emptied; try again")

    def close(self) -> None:
        """Let go of all connections."""
        if self._watch:
            self._watch.close()
        self.engine.dispose()

    def _watched(self) -> AbstractContextManager[None]:
        return self._watch.block() if self._watch else nullcontext()


def _keep_private(file: str | None) -> None:
    """Have SQLite's file, and the log beside it, readable by its owner alone. Raises `StorageError`."""
    if not file or file == ":memory:" or file.startswith("file:"):
        return
    try:
        Path(file).touch(0o600)
        for path in map(Path, (file, f"{file}-wal", f"{file}-shm")):
            if path.exists():
                path.chmod(0o600)
    except PermissionError:
        return  # another's file that this process may still use
    except OSError as error:
        raise StorageError(f"the database file {file} cannot be made ({error.strerror}); name another") from error


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


_ENCRYPTED = sa.select(sa.literal(1)).where(settings.c.name == _DATA_KEY)


@contextmanager
def _own_errors() -> Iterator[None]:
    """Raise what a database refuses as one of our errors."""
    try:
        yield
    except sa.exc.IntegrityError as error:
        raise StoreUnavailable("another request changed the same user at this moment; try again") from error
    except (DBAPIError, sqlite3.Error) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        if "full" in reason or "readonly" in reason or "read-only" in reason or "disk I/O" in reason:
            raise StorageError(f"the store cannot be written ({reason}); free some space") from error
        raise StoreUnavailable("the store does not answer; try again", reason[:200]) from error
    except SQLAlchemyError as error:
        raise StoreUnavailable("the store does not answer; try again", str(error)[:200]) from error

"""Personal columns are encrypted where the gateway has a key: AES-256-GCM, on SQLite and on PostgreSQL alike.

A random data key encrypts the columns. It lies in the database, encrypted in turn with a key that scrypt derives from
the one that the gateway is given, which therefore is changed without touching a row.
"""

import hashlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from llmrec.errors import BadInput
from llmrec.extras import needs

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VARIABLE = "LLMREC_DATABASE_KEY"
"""Environment variable that may hold the key."""
MIN_LENGTH = 32
"""Characters of a key at least."""
SEALED = "sealed:"
"""How an encrypted value begins."""
_NONCE, _SALT = 12, 16
"""Bytes."""


class Cipher:
    """Encrypts and decrypts texts with one key.

    Parameters
    ----------
    key
        32 bytes.

    Raises
    ------
    MissingExtra
        Where the package cryptography is missing.
    """

    def __init__(self, key: bytes) -> None:
        with needs("serve", "an encrypted database"):
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        self._key, self._aes = key, AESGCM(key)

    @classmethod
    def random(cls) -> "Cipher":
        """Make one of a new key.

        Returns
        -------
        Cipher
        """
        return cls(secrets.token_bytes(32))

    def seal(self, text: str) -> str:
        """Encrypt a text.

        Parameters
        ----------
        text
            Any text.

        Returns
        -------
        str
            `SEALED`, and nonce and ciphertext in base 64; another one each time.
        """
        nonce = secrets.token_bytes(_NONCE)
        return SEALED + b64encode(nonce + self._aes.encrypt(nonce, text.encode(), None)).decode()

    def unseal(self, text: str) -> str:
        """Decrypt a text.

        Parameters
        ----------
        text
            As `seal` gave it.

        Returns
        -------
        str

        Raises
        ------
        BadInput
            Where it was encrypted with another key, or changed since.
        """
        return _decrypt(self._aes, b64decode(text.removeprefix(SEALED))).decode()

    def wrapped(self, key: str) -> str:
        """Encrypt the cipher's own key.

        Parameters
        ----------
        key
            The key that opens it again.

        Returns
        -------
        str
            For `unwrap`.
        """
        salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
        return b64encode(salt + nonce + _derived(key, salt)._aes.encrypt(nonce, self._key, None)).decode()

    @classmethod
    def unwrap(cls, wrapped: str, keys: Sequence[str]) -> tuple["Cipher", bool]:
        """Open what `wrapped` gave.

        Parameters
        ----------
        wrapped
            The encrypted key.
        keys
            Keys to try.

        Returns
        -------
        cipher : Cipher
        first : bool
            Whether the first of the keys opened it.

        Raises
        ------
        BadInput
            Where none does, or there is none.
        """
        if not keys:
            raise BadInput(
                "the database is encrypted, and no key was given; name the file of its key with --database-key, or put "
                f"the key into {VARIABLE}"
            )
        raw = b64decode(wrapped)
        for key in keys:
            try:
                found = _decrypt(_derived(key, raw[:_SALT])._aes, raw[_SALT:])
            except BadInput:
                continue
            return cls(found), key == keys[0]
        raise BadInput(
            "the database is encrypted with another key than the given one; give that one (to change it, write the new "
            "key on the first line of the key file and the old one on the second)"
        )


class Sealed(sa.types.TypeDecorator[str]):
    """A text that is encrypted on its way into a database that has a cipher, and decrypted on its way out."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """See `TypeDecorator`."""
        cipher = _CIPHERS.get(dialect)
        return value if value is None or cipher is None else cipher.seal(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> str | None:
        """See `TypeDecorator`."""
        cipher = _CIPHERS.get(dialect)
        return value if value is None or cipher is None else cipher.unseal(value)


_CIPHERS: "WeakKeyDictionary[sa.Dialect, Cipher]" = WeakKeyDictionary()
"""Each engine has a dialect of its own, which is what a type of a column gets to see of it."""


def use_cipher(engine: sa.Engine, cipher: Cipher) -> None:
    """Have the `Sealed` columns of an engine encrypted from now on.

    Parameters
    ----------
    engine
        Of a database.
    cipher
        Of its data key.
    """
    _CIPHERS[engine.dialect] = cipher


def cipher_of(engine: sa.Engine) -> Cipher | None:
    """Get the cipher of an engine.

    Parameters
    ----------
    engine
        Of a database.

    Returns
    -------
    Cipher or None
        None where nothing is encrypted.
    """
    return _CIPHERS.get(engine.dialect)


def seal_rows(connection: sa.Connection, metadata: sa.MetaData, cipher: Cipher) -> None:
    """Encrypt the `Sealed` columns of all rows of a database that was not encrypted.

    Parameters
    ----------
    connection
        A transaction that writes, of an engine that does not use the cipher yet.
    metadata
        The tables.
    cipher
        Of the data key.
    """
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, Sealed)]
        if not columns:
            continue
        (key,) = table.primary_key.columns
        ids = connection.scalars(sa.select(key)).all()
        for start in range(0, len(ids), 500):
            rows = connection.execute(sa.select(key, *columns).where(key.in_(ids[start : start + 500]))).all()
            for id, *values in rows:
                sealed = {
                    column.name: sa.null() if value is None else cipher.seal(value)
                    for column, value in zip(columns, values, strict=True)
                }
                connection.execute(table.update().where(key == id).values(sealed))


def read_keys(file: Path | None, variable: str | None) -> tuple[str, ...]:
    """Read the keys of a database.

    Parameters
    ----------
    file
        A file with a key; an older one may stand on a line below it.
    variable
        The same in an environment variable, the keys separated by white space. The file goes before it.

    Returns
    -------
    tuple of str
        The key to use, then those that are accepted to open what was encrypted with them; none where none is given.

    Raises
    ------
    BadInput
        Where the file cannot be read or holds no key, or a key is too short.

    Examples
    --------
    >>> read_keys(None, "an-old-key-of-32-characters-or-more")
    ('an-old-key-of-32-characters-or-more',)
    """
    place, text = f"the variable {VARIABLE}", variable or ""
    if file is not None:
        place = f"the key file {file}"
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise BadInput(f"{place} cannot be read ({reason}); name another with --database-key") from error
        if not text.strip():
            raise BadInput(f"{place} is empty; make a key with `openssl rand -hex 32 > {file}`")
    keys = tuple(text.split())
    if any(len(key) < MIN_LENGTH for key in keys):
        raise BadInput(
            f"{place} holds a key of less than {MIN_LENGTH} characters; make one with `openssl rand -hex 32`"
        )
    return keys


def _derived(key: str, salt: bytes) -> Cipher:
    """The cipher of a key that a person chose, which may have less randomness than its length."""
    return Cipher(hashlib.scrypt(key.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32))


def _decrypt(aes: "AESGCM", sealed: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return aes.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise BadInput(
            "a value of the database was encrypted with another key, or changed since; restore it"
        ) from error

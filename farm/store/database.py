"""Opening a database: SQLite as an embedded farm needs it, PostgreSQL as a cluster does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import QueuePool

from farm.settings import SettingsError

Result = TypeVar("Result")
_BUSY_SECONDS = 15
_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 24, "pool_timeout": 30}


class DatabaseError(SettingsError):
    """The database cannot be used; the message names the address (without its password) and the remedy."""


class Database:
    """Transactions on one database."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):  # ValueError: a port that is no number
            raise DatabaseError("STORYFARM_DATABASE_URL is no address; write postgresql+psycopg://user:password@host/name or sqlite:////path/farm.db") from None
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.dialect = parsed.drivername.partition("+")[0]
        if self.dialect == "sqlite":
            self.engine = _sqlite(parsed)
        elif self.dialect == "postgresql":
            self.engine = create_engine(parsed, pool_pre_ping=True, pool_recycle=1800, **_POOL)
        else:
            raise DatabaseError(f"{parsed.render_as_string(hide_password=True)}: Storyfarm keeps its truth in PostgreSQL or SQLite")

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction that may write: commits at the end, rolls back on any exception.

        On SQLite it begins with BEGIN IMMEDIATE: a deferred one that turns into a writer fails at once when another writes. `durable`: what is
        committed, and all before it, survives a power cut too (in PostgreSQL it always does); 5 to 14 ms, measured, which is for promises only.
        """
        with self.engine.connect() as connection:
            promise = durable and self.dialect == "sqlite"
            if promise:
                _synchronous(connection, "FULL")
            try:
                with connection.execution_options(storyfarm_write=True).begin():
                    yield connection
            finally:
                if promise:
                    _synchronous(connection, "NORMAL")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that reads one consistent state."""
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with self.engine.connect() as connection, connection.execution_options(**options).begin():
            yield connection

    def write_again(self, work: Callable[[Connection], Result]) -> Result:
        """Do `work` in a transaction that may write; once more, up to twice, when PostgreSQL ended it to solve a deadlock."""
        for last in (False, False, True):
            try:
                with self.write() as connection:
                    return work(connection)
            except OperationalError as error:
                if last or type(error.orig).__name__ != "DeadlockDetected":
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _synchronous(connection: Connection, level: str) -> None:
    """Set how a SQLite connection commits, outside of a transaction; straight to the driver, because SQLAlchemy would begin one."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA synchronous={level}")


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url, poolclass=QueuePool, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False}, **_POOL)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "journal_mode=WAL",
            # With WAL a power cut may undo the last commits but never corrupts; a killed process undoes nothing. Tasks would be done again;
            # what must not be undone (an accepted story, a key, a grant) is written with `durable`.
            "synchronous=NORMAL",
            f"busy_timeout={_BUSY_SECONDS * 1000}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        write = connection.get_execution_options().get("storyfarm_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine

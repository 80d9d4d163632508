"""The database: how SQLite must be set, bringing the tables up to date under a lock, and work in transactions."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError, SQLAlchemyError, TimeoutError
from sqlalchemy.orm import Session

HEAD: Final = "0004"
"""The newest migration. Held here too, so that a start with tables up to date need not import Alembic."""

READING: Final = {"reading": True}
"""Execution options of a transaction that only reads."""

_AT_REST_SECONDS: Final = 2.0
"""After a failure: long enough that a queue of callers does not wait out the same fault one after the other."""

_SWEEP_TRIES: Final = 3
"""Each waits as long as `busy_timeout`."""

_THREADS: Final = 4
_LOCK: Final = 7_305_112
_POLITE: Final = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)
_PASSING: Final = (*_POLITE, "PRAGMA busy_timeout = 2000", "PRAGMA synchronous = NORMAL")


Result = TypeVar("Result")


class RecordsError(Exception):
    """The records could not be read or written; the message holds no candidate's words."""


class Database:
    """Does work in transactions, on threads of its own. Every method may raise RecordsError; none retries in silence.

    Records and the stores of the secretariat share one; whoever opened it closes it.
    """

    def __init__(self, engine: Engine, *, threads: int = _THREADS) -> None:
        self.engine = engine
        # Threads of its own: a database that keeps callers waiting must not use up those that answer questions.
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="records")
        # Only one may write to a file of SQLite, and it wakes nobody who waits: they look again at times of their own,
        # so that of many some come too late. Here they wait in line, and only processes contend.
        self._writing: AbstractContextManager[Any] = Lock() if engine.dialect.name == "sqlite" else nullcontext()
        self._rest_until = 0.0
        # Sweeps come one after the other, and one serves everybody who asked before it began.
        self._broom = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records-sweep")
        self._sweeps_asked = 0
        self._swept = 0

    async def run(self, work: Callable[[Session], Result], *, reading: bool = False) -> Result:
        """What the work gives back, once all of it is kept; nothing of it is, when it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_session, work, reading)

    async def sweep(self) -> None:
        """What was erased must not stay behind in the database's files: neither in its pages nor in its log."""
        self._sweeps_asked += 1
        await asyncio.get_running_loop().run_in_executor(self._broom, self._sweep_up_to, self._sweeps_asked)

    async def revision(self) -> str | None:
        """The migration that the tables are at; None where there are none."""
        return await self.run(_revision_in, reading=True)

    async def touch(self) -> None:
        """Write something that changes nothing, all the way to the disk."""

        def work(session: Session) -> None:
            if _revision_in(session):
                session.execute(text("UPDATE alembic_version SET version_num = version_num"))
            else:
                session.execute(text("CREATE TABLE written (number INTEGER)"))
                session.execute(text("DROP TABLE written"))

        await self.run(work)

    async def clock(self) -> datetime:
        """What time it is for the database."""
        told = await self.run(lambda session: session.scalars(select(func.now())).one(), reading=True)
        return told if told.tzinfo else told.replace(tzinfo=UTC)

    def close(self) -> None:
        """Finish what is under way and let go of the database."""
        self._broom.shutdown()
        self._threads.shutdown()
        self.engine.dispose()

    def _sweep_up_to(self, number: int) -> None:
        if self._swept >= number:
            return
        asked = self._sweeps_asked
        _sweep(self.engine)
        self._swept = asked

    def _in_session(self, work: Callable[[Session], Result], reading: bool) -> Result:
        with nullcontext() if reading else self._writing:
            return self._in_turn(work, reading)

    def _in_turn(self, work: Callable[[Session], Result], reading: bool) -> Result:
        if time.monotonic() < self._rest_until:
            raise RecordsError("the records failed a moment ago and are left at rest for two seconds")
        engine = self.engine.execution_options(**READING) if reading else self.engine
        try:
            with Session(engine) as session, session.begin():
                return work(session)
        except SQLAlchemyError as error:
            if isinstance(error, OperationalError | TimeoutError):
                self._rest_until = time.monotonic() + _AT_REST_SECONDS
            raise RecordsError(f"the records can't be used: {reason(error)}") from error


def may_hold_anything(address: str) -> bool:
    """False for a file of SQLite that was never made."""
    url = make_url(address)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def open_database(address: str, *, passing: bool = False) -> Database:
    """A database with tables that are up to date. RecordsError names it, what is wrong and the remedy.

    `passing`: what is written may go when the power does, and nobody waits for it long.
    """
    try:
        url = make_url(address)
        engine = _engine(url, _PASSING if passing else _POLITE)
        _bring_up_to_date(engine)
    except ArgumentError as error:
        raise RecordsError(
            "DATABASE_URL is no address of a database: expected sqlite:///file or postgresql://"
        ) from error
    except (SQLAlchemyError, OSError) as error:
        name = url.render_as_string(hide_password=True)
        raise RecordsError(
            f"the records at {name} can't be opened ({reason(error)}): check that the place exists, can be written to "
            "and holds a database of this program, or set DATABASE_URL"
        ) from error
    # SQLite lets one write at a time, and does not queue the others: those of a process had better queue here.
    is_queued = passing and engine.dialect.name == "sqlite"
    return Database(engine, threads=1 if is_queued else _THREADS)


def connect(address: str) -> Database:
    """A database as it stands: its tables are left as they are. RecordsError when there can't be one."""
    try:
        return Database(_engine(make_url(address), _POLITE))
    except (ArgumentError, OSError) as error:
        raise RecordsError(f"DATABASE_URL leads to no database ({reason(error)})") from error


def insert_into(session: Session, table: type[Any]) -> postgresql.Insert:
    """An insert that may say what happens on a conflict, which both kinds of database know, each by its own class."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return cast(postgresql.Insert, insert(table.__table__))


def reason(error: Exception) -> str:
    """What went wrong, in the database's words where those are fixed ones."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.Error | OSError):
        return f"{type(cause).__name__}: {cause}"
    return type(cause).__name__


def _revision_in(session: Session) -> str | None:
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    return session.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _sweep(engine: Engine) -> None:
    try:
        if engine.dialect.name == "sqlite":
            _sweep_sqlite(engine)
            return
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise RecordsError(f"what was erased may still stand in the database's files: {reason(error)}") from error


def _sweep_sqlite(engine: Engine) -> None:
    """`secure_delete` alone leaves copies of rows that moved to another page, until all is written anew."""
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        for _ in range(_SWEEP_TRIES):
            # Waits for those who read, and says so when they read for longer.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (is_busy, *_), *_ = cursor.fetchall()
            if not is_busy:
                return
    raise sqlite3.OperationalError("somebody kept reading, so that the write-ahead log could not be emptied")


def _engine(url: URL, pragmas: Sequence[str]) -> Engine:
    if url.get_backend_name() != "sqlite":
        # Words that a statement carries must not reach a log by way of its error.
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        # The driver would begin a transaction only at the first write; we say ourselves when, and which kind.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once on a busy database, without waiting its turn.
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _bring_up_to_date(engine: Engine) -> None:
    if _revision(engine) == HEAD:
        return
    with _one_at_a_time(engine):
        if _revision(engine) == HEAD:
            return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                name = engine.url.render_as_string(hide_password=True)
                raise RecordsError(
                    f"the records at {name} were written by a newer version of this program: run that version, "
                    "or set DATABASE_URL to a fresh place"
                ) from error


def _revision(engine: Engine) -> str | None:
    try:
        with engine.connect().execution_options(**READING) as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (OperationalError, ProgrammingError) as error:
        if "alembic_version" in str(error.orig):
            return None
        raise


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    """Other processes that start at the same moment wait here."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        return
    from filelock import FileLock

    with FileLock(f"{engine.url.database}.lock", timeout=60):
        yield

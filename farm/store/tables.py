"""The tables of the store, for both databases.

Times are seconds since 1970 as doubles, read from the database's clock; JSON is text in SQLite, jsonb in PostgreSQL.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever columns."""
_Serial = BigInteger().with_variant(Integer(), "sqlite")


class now(FunctionElement[float]):
    """The database's clock, in seconds since 1970."""

    type = Double()
    inherit_cache = True


@compiles(now, "sqlite")
def _now_sqlite(_element: Any, _compiler: Any, **_: Any) -> str:
    # julianday carries 40 microseconds, and works in every SQLite that Python ships.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(now, "postgresql")
def _now_postgresql(_element: Any, _compiler: Any, **_: Any) -> str:
    return "(extract(epoch from clock_timestamp())::double precision)"


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _time(name: str, *, null: bool = False) -> Column[float]:
    return Column(name, Double, nullable=null)


teams = Table(
    "teams",
    metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("unlimited", Boolean, nullable=False),
    _time("created_at"),
)

keys = Table(
    "keys",
    metadata,
    _id(),
    Column("team", ForeignKey("teams.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("prefix", String(32), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256 of a key with 192 random bits
    Column("scopes", Json, nullable=False),
    _time("created_at"),
    _time("revoked_at", null=True),
)

stories = Table(
    "stories",
    metadata,
    _id(),
    Column("team", ForeignKey("teams.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("error", Text),
    Column("request", Json, nullable=False),  # farm.story.NewStory
    Column("screenplay", Json),  # farm.types.Screenplay, once written
    Column("job", String(64)),  # the one whose tasks documents show: the latest that did not fail to better an earlier one
    Column("hidden", Boolean, nullable=False, server_default=text("false")),  # in no list
    _time("created_at"),
    _time("updated_at"),
    Index("ix_stories_list", "team", "hidden", "id", "job"),  # lists and counts need no row, which are wide
)

jobs = Table(
    "jobs",
    metadata,
    _id(),
    Column("story", ForeignKey("stories.id"), nullable=False, index=True),
    Column("team", ForeignKey("teams.id"), nullable=False),
    Column("status", String(24), nullable=False),
    Column("error", Text),
    Column("credits", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("former", String(64)),  # of an edit: the job that it is to take the place of
    Column("shot", Integer),  # of an edit: which shot, and which version of it
    Column("version", Integer),
    _time("created_at"),
    _time("started_at", null=True),
    _time("ended_at", null=True),
)

tasks = Table(
    "tasks",
    metadata,
    _id(),
    Column("job", ForeignKey("jobs.id"), nullable=False),
    Column("story", ForeignKey("stories.id"), nullable=False, index=True),
    Column("team", ForeignKey("teams.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(300), nullable=False),  # unique in its job: "keyframe.3"
    Column("shot", Integer),
    Column("model", String(64), nullable=False),
    Column("pools", Json, nullable=False),  # which serve the model: each gets a ticket
    Column("spec", Json, nullable=False),  # as planned; farm.resolve completes it
    Column("state", String(12), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("epoch", Integer, nullable=False, server_default=text("0")),
    Column("worker", String(200)),
    _time("lease_until", null=True),
    _time("begun_at", null=True),  # when its job was begun: a copy, so that a claim need not ask every waiting task's job
    _time("not_before"),
    _time("rung_at"),  # when a ticket was last written for it
    Column("task_key", String(64)),
    Column("step", Integer, nullable=False, server_default=text("0")),
    Column("of", Integer, nullable=False, server_default=text("0")),
    Column("data", Json),  # what the engine reported besides its files
    Column("error", Text),
    Column("error_code", String(64)),
    Column("above_gb", Double),  # it ran out of memory on a device with so much: only workers with more may claim it
    _time("created_at"),
    _time("started_at", null=True),
    _time("ended_at", null=True),
    UniqueConstraint("job", "name"),
)


def in_state(column: Any, state: str) -> Any:
    """Whether a task is in a state, which is written out: only then does SQLite take a partial index's word for it, and read no rows."""
    return column == bindparam(None, state, literal_execute=True)


def _partial(name: str, state: str, *columns: Column[Any]) -> None:
    """An index over the tasks in one state only: the many that have ended cost nothing."""
    only = tasks.c.state == state
    Index(name, *columns, postgresql_where=only, sqlite_where=only)


# With all that a claim, and the relay, compare: the rows themselves, which are wide, are read for the one that is taken.
_ORDER = (tasks.c.begun_at, tasks.c.created_at, tasks.c.id, tasks.c.not_before, tasks.c.above_gb, tasks.c.rung_at)
_partial("ix_tasks_runnable", "runnable", tasks.c.model, tasks.c.priority, tasks.c.rank, tasks.c.team, *_ORDER)
_partial("ix_tasks_running", "running", tasks.c.lease_until, tasks.c.team)
_partial("ix_tasks_task_key", "done", tasks.c.task_key)

task_needs = Table(
    "task_needs",
    metadata,
    Column("task", ForeignKey("tasks.id"), primary_key=True),
    Column("role", String(300), primary_key=True),
    Column("needs", ForeignKey("tasks.id"), nullable=False, index=True),
    Column("soft", Boolean, nullable=False),  # waited for, but it may fail
)

attempts = Table(
    "attempts",
    metadata,
    Column("task", ForeignKey("tasks.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("worker", String(200), nullable=False),
    Column("ended", String(16)),  # done, failed, crashed, released, cancelled; null while it runs
    Column("error", Text),
    Column("timings", Json),
    _time("started_at"),
    _time("ended_at", null=True),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("sha", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    _time("created_at"),
)

outputs = Table(
    "outputs",
    metadata,
    Column("task", ForeignKey("tasks.id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("sha", ForeignKey("artifacts.sha"), nullable=False, index=True),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("pool", String(64), nullable=False),
    _time("created_at"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("team", ForeignKey("teams.id"), nullable=False),
    Column("job", ForeignKey("jobs.id")),
    Column("kind", String(16), nullable=False),  # grant, hold, capture, refund
    Column("amount", Integer, nullable=False),  # what it does to the balance
    Column("note", Text, nullable=False, server_default=text("''")),
    _time("created_at"),
    UniqueConstraint("job", "kind"),
    Index("ix_ledger_team_amount", "team", "amount", "job"),  # a balance is a sum over the index alone
    Index("ix_ledger_team_id", "team", "id"),
)

answers = Table(
    "answers",
    metadata,
    Column("team", ForeignKey("teams.id"), primary_key=True),
    Column("key", String(255), primary_key=True),  # the caller's Idempotency-Key
    Column("request", String(64), nullable=False),  # SHA-256 of method, path and body
    Column("answer", Json),  # null while the first request is in flight
    _time("created_at"),
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("pool", String(64), nullable=False),
    Column("host", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("models", Json, nullable=False),
    Column("device", Json, nullable=False),
    Column("state", String(12), nullable=False),  # serving, draining
    _time("started_at"),
    _time("seen_at"),
)


def _shown(name: str) -> Table:
    """A table of what a story shows, in the order of its screenplay."""
    return Table(
        name,
        metadata,
        _id(),
        Column("story", ForeignKey("stories.id"), nullable=False, index=True),
        Column("position", Integer, nullable=False),
        Column("key", String(200), nullable=False),
        Column("content", Json, nullable=False),  # the screenplay's own entry
        UniqueConstraint("story", "position"),
    )


characters, scenes, items, shots = (_shown(name) for name in ("characters", "scenes", "items", "shots"))

styles = Table(
    "styles",
    metadata,
    _id(),
    Column("team", ForeignKey("teams.id"), nullable=False),
    Column("slug", String(64), nullable=False),
    Column("content", Json, nullable=False),  # farm.types.Style
    _time("created_at"),
    UniqueConstraint("team", "slug"),
)

versions = Table(
    "versions",
    metadata,
    Column("story", ForeignKey("stories.id"), primary_key=True),
    Column("shot", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("job", ForeignKey("jobs.id"), nullable=False),  # whose keyframe and clip it is
    Column("prompt", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("current", Boolean, nullable=False),
    _time("created_at"),
)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("team", ForeignKey("teams.id"), primary_key=True),
    Column("secret", String(100), nullable=False),  # it signs, so it cannot be kept as a hash
    Column("former", String(100)),  # signs beside it until then
    _time("former_until", null=True),
    _time("created_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("team", ForeignKey("teams.id"), nullable=False),
    Column("story", ForeignKey("stories.id"), nullable=False),
    Column("event", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("content", Json, nullable=False),  # what is sent, as data
    Column("state", String(12), nullable=False),  # pending, delivered, failed
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("epoch", Integer, nullable=False, server_default=text("0")),
    _time("next_at", null=True),
    Column("answered", Integer),  # the latest HTTP status
    Column("error", Text),
    _time("created_at"),
    _time("ended_at", null=True),
    Index("ix_deliveries_team_id", "team", "id"),
)
_due = deliveries.c.state == "pending"
Index("ix_deliveries_due", deliveries.c.next_at, postgresql_where=_due, sqlite_where=_due)

users = Table(
    "users",
    metadata,
    _id(),
    Column("team", ForeignKey("teams.id"), nullable=False, index=True),
    Column("email", String(254), nullable=False, unique=True),  # lower case
    Column("password", String(200), nullable=False),  # Argon2id, with its salt and parameters
    _time("created_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of a token with 256 random bits
    Column("user", ForeignKey("users.id"), nullable=False, index=True),
    Column("sealed", Text),  # new API keys that are still to be shown, once; the token opens them, and it is not here
    _time("created_at"),
    _time("expires_at"),
)

series = Table(
    "series",
    metadata,
    Column("team", ForeignKey("teams.id"), primary_key=True),
    Column("id", String(128), primary_key=True),  # the caller's own name for it
    _time("created_at"),
)

series_characters = Table(
    "series_characters",
    metadata,
    Column("team", String(64), primary_key=True),
    Column("series", String(128), primary_key=True),
    Column("key", String(512), primary_key=True),  # the name, case-folded
    Column("name", String(255), nullable=False),
    Column("sha", ForeignKey("artifacts.sha"), nullable=False),  # the picture, as we encoded it
    _time("created_at"),
    _time("updated_at"),
    ForeignKeyConstraint(["team", "series"], ["series.team", "series.id"]),
)

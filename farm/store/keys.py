"""Teams and their API keys: of a key only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from farm.store import tables as t
from farm.store.database import Database
from farm.store.ledger import forgive
from farm.store.records import Key, Team, new_id

SCOPES = ("stories:generate", "stories:read", "assets:read")
_MARK = "sk_live_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LENGTH = 33  # base-62 digits that 192 bits need
_SHOWN = len(_MARK) + 4


class Teams:
    """The farm's teams."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, name: str, *, unlimited: bool = False) -> str:
        """The id of the team called `name`, made if there is none; `unlimited` lets a new team spend more credits than it has."""
        insert = postgresql.insert if self._database.dialect == "postgresql" else sqlite.insert
        with self._database.write() as connection:
            values = {"id": new_id("team"), "name": name, "unlimited": unlimited, "created_at": t.now()}
            connection.execute(insert(t.teams).values(values).on_conflict_do_nothing())
            return str(connection.execute(sa.select(t.teams.c.id).where(t.teams.c.name == name)).scalar_one())

    def find(self, name: str) -> Team | None:
        """The team called `name`."""
        return next((team for team in self.list() if team.name == name), None)

    def list(self) -> list[Team]:
        """Every team by name, with its credits."""
        with self._database.read() as connection:
            return [_team(row) for row in connection.execute(_standing().order_by(t.teams.c.name))]

    def get(self, team: str) -> Team | None:
        """The team of that id, with its credits."""
        with self._database.read() as connection:
            row = connection.execute(_standing().where(t.teams.c.id == team)).one_or_none()
            return _team(row) if row is not None else None

    def set_unlimited(self, team: str, unlimited: bool) -> None:
        """Let a team spend more credits than it has, or not any more.

        What it spent beyond its credits is forgiven, by an entry of its own, when it gets a limit: no balance is below zero.
        """
        with self._database.write(durable=True) as connection:
            connection.execute(sa.select(t.teams.c.id).where(t.teams.c.id == team).with_for_update(key_share=True))
            connection.execute(t.teams.update().where(t.teams.c.id == team).values(unlimited=unlimited))
            if not unlimited:
                forgive(connection, team)


def _standing() -> Any:
    """Teams with the sum of their entries, and of those of jobs."""
    mine = t.ledger.c.team == t.teams.c.id
    balance = sa.select(sa.func.coalesce(sa.func.sum(t.ledger.c.amount), 0)).where(mine).scalar_subquery()
    spent = sa.select(sa.func.coalesce(-sa.func.sum(t.ledger.c.amount), 0)).where(mine, t.ledger.c.job.is_not(None)).scalar_subquery()
    return sa.select(t.teams.c.id, t.teams.c.name, t.teams.c.unlimited, balance.label("balance"), spent.label("spent"))


def _team(row: t.AnyRow) -> Team:
    return Team(row.id, row.name, row.unlimited, None if row.unlimited else int(row.balance), int(row.spent))


class Keys:
    """API keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, team: str, name: str, scopes: Sequence[str] = SCOPES) -> Key:
        """A new key; its text is in the answer and never again.

        Raises ValueError for a scope that does not exist.
        """
        if unknown := set(scopes) - set(SCOPES):
            raise ValueError(f"no scope {sorted(unknown)[0]!r}; there are {', '.join(SCOPES)}")
        text = _MARK + _base62(secrets.randbits(192))
        key = new_id("key")
        with self._database.write(durable=True) as connection:
            values = {"id": key, "team": team, "name": name, "prefix": text[:_SHOWN], "hash": _hash(text), "scopes": list(scopes), "created_at": t.now()}
            connection.execute(t.keys.insert().values(values))
            row = connection.execute(sa.select(t.keys).where(t.keys.c.id == key)).one()
        return _key(row, text)

    def authenticate(self, text: str) -> Key | None:
        """The key that `text` is, unless it is unknown or revoked."""
        digest = _hash(text)
        with self._database.read() as connection:
            row = connection.execute(sa.select(t.keys).where(t.keys.c.hash == digest, t.keys.c.revoked_at.is_(None))).one_or_none()
        # The index finds by hash, whose timing tells nothing of a key with 192 random bits; the comparison is constant-time all the same.
        return _key(row) if row is not None and hmac.compare_digest(row.hash, digest) else None

    def list(self, team: str) -> list[Key]:
        """The team's keys, newest first, revoked ones too."""
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(sa.select(t.keys).where(t.keys.c.team == team).order_by(t.keys.c.id.desc()))]

    def holds(self, key: str) -> bool:
        """Whether a key, by its id, is one and not revoked."""
        with self._database.read() as connection:
            return connection.execute(sa.select(t.keys.c.id).where(t.keys.c.id == key, t.keys.c.revoked_at.is_(None))).scalar() is not None

    def revoke(self, key: str, team: str) -> bool:
        """End a key at once, everywhere; again is safe. False where the team has none of that id."""
        with self._database.write() as connection:
            found = connection.execute(sa.select(t.keys.c.id).where(t.keys.c.id == key, t.keys.c.team == team)).scalar()
            connection.execute(t.keys.update().where(t.keys.c.id == key, t.keys.c.team == team, t.keys.c.revoked_at.is_(None)).values(revoked_at=t.now()))
            return found is not None


def _base62(number: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(digits)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: t.AnyRow, text: str = "") -> Key:
    return Key(row.id, row.team, row.name, row.prefix, tuple(row.scopes), row.created_at, row.revoked_at, text)

"""Credits: an append-only ledger, one entry of each kind a job, settled once."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from farm.store import tables as t
from farm.store.database import Database
from farm.store.records import Entry, InsufficientCredits

HOLD, CAPTURE, REFUND, GRANT = "hold", "capture", "refund", "grant"


class Ledger:
    """Reads balances and grants credits; holds and settlements are part of their job's transactions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def balance(self, team: str) -> int:
        """What the team's entries add up to: credits that it may still spend; below zero only while it is unlimited."""
        with self._database.read() as connection:
            return _balance(connection, team)

    def entries(self, team: str, *, limit: int = 50, before: int | None = None) -> list[Entry]:
        """The team's entries, newest first."""
        query = sa.select(t.ledger).where(t.ledger.c.team == team)
        if before is not None:
            query = query.where(t.ledger.c.id < before)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(t.ledger.c.id.desc()).limit(limit))
            return [Entry(row.id, row.team, row.job, row.kind, row.amount, row.note, row.created_at) for row in rows]

    def grant(self, team: str, amount: int, note: str = "") -> int:
        """Give the team credits (positive); returns what its entries add up to now.

        Raises ValueError for an amount that is not positive.
        """
        if amount <= 0:
            raise ValueError(f"a grant is of 1 credit or more, not {amount}")
        with self._database.write(durable=True) as connection:
            _enter(connection, team, None, GRANT, amount, note)
            return _balance(connection, team)


def hold(connection: Connection, team: str, job: str, cost: int) -> None:
    """Hold a job's price.

    Raises InsufficientCredits when the team has less and is not unlimited; the team's row is locked, so that two jobs cannot hold the same credits.
    """
    if not cost:  # what is free leaves no entry
        return
    # NO KEY UPDATE in PostgreSQL: rows that point at the team share its key, and two that did so would wait for each other's plain FOR UPDATE.
    unlimited = connection.execute(sa.select(t.teams.c.unlimited).where(t.teams.c.id == team).with_for_update(key_share=True)).scalar_one()
    balance = _balance(connection, team)
    if not unlimited and balance < cost:
        raise InsufficientCredits(balance, cost)
    _enter(connection, team, job, HOLD, -cost, "")


def forgive(connection: Connection, team: str) -> None:
    """Make up for what a team, whose row is locked, spent beyond its credits while it was unlimited."""
    balance = _balance(connection, team)
    if balance < 0:
        _enter(connection, team, None, GRANT, -balance, "spent while the team was unlimited")


def settle(connection: Connection, job: t.AnyRow, failed: int, of: int) -> None:
    """Settle a job that completed: capture the price, refunding the share of `failed` clips of `of` (whole credits, in the caller's favour)."""
    if not job.credits:
        return
    refund = -(-job.credits * failed // of) if of else 0
    _enter(connection, job.team, job.id, CAPTURE, 0, f"{job.credits - refund} of {job.credits} credits kept")
    if refund:
        _enter(connection, job.team, job.id, REFUND, refund, f"{failed} of {of} clips failed")


def refund_all(connection: Connection, job: t.AnyRow, note: str) -> None:
    """Settle a job that failed, or was cancelled before it began: give everything back."""
    if job.credits:
        _enter(connection, job.team, job.id, REFUND, job.credits, note)


def _balance(connection: Connection, team: str) -> int:
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.sum(t.ledger.c.amount), 0)).where(t.ledger.c.team == team)).scalar_one())


def _enter(connection: Connection, team: str, job: str | None, kind: str, amount: int, note: str) -> None:
    connection.execute(t.ledger.insert().values(team=team, job=job, kind=kind, amount=amount, note=note, created_at=t.now()))

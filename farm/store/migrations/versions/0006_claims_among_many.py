"""When a task's job was begun, beside the task; indexes that claims and balances need nothing else than"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NARROW = (("runnable", ["model", "priority", "rank"]), ("running", ["lease_until"]))
_WIDE = (
    ("runnable", ["model", "priority", "rank", "team", "begun_at", "created_at", "id", "not_before", "above_gb", "rung_at"]),
    ("running", ["lease_until", "team"]),
)


def _indexes(wanted: tuple[tuple[str, list[str]], ...]) -> None:
    for state, columns in wanted:
        only = sa.text(f"state = '{state}'")
        op.drop_index(f"ix_tasks_{state}", "tasks")
        op.create_index(f"ix_tasks_{state}", "tasks", columns, postgresql_where=only, sqlite_where=only)


def upgrade() -> None:
    """Apply."""
    op.add_column("tasks", sa.Column("begun_at", sa.Double(), nullable=True))
    op.execute("UPDATE tasks SET begun_at = (SELECT started_at FROM jobs WHERE jobs.id = tasks.job) WHERE state IN ('waiting', 'runnable', 'running')")
    _indexes(_WIDE)
    op.drop_index("ix_ledger_team", "ledger")
    op.create_index("ix_ledger_team_amount", "ledger", ["team", "amount", "job"])
    op.create_index("ix_ledger_team_id", "ledger", ["team", "id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_ledger_team_id", "ledger")
    op.drop_index("ix_ledger_team_amount", "ledger")
    op.create_index("ix_ledger_team", "ledger", ["team"])
    _indexes(_NARROW)
    op.drop_column("tasks", "begun_at")

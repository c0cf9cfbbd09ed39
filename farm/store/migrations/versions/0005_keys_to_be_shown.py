"""New API keys that a session's page is still to show"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("sessions", sa.Column("sealed", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("sessions", "sealed")

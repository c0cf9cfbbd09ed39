"""Tasks that did not fit a device's memory"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("tasks", sa.Column("above_gb", sa.Double(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("tasks", "above_gb")

"""An index that lists and counts of stories need nothing else than"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_stories_team_id", "stories")
    op.create_index("ix_stories_list", "stories", ["team", "hidden", "id", "job"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_stories_list", "stories")
    op.create_index("ix_stories_team_id", "stories", ["team", "id"])

"""Which job a story shows, versions of its shots, webhooks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.add_column("stories", sa.Column("job", sa.String(length=64), nullable=True))
    op.add_column("stories", sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.execute("UPDATE stories SET job = (SELECT jobs.id FROM jobs WHERE jobs.story = stories.id ORDER BY jobs.created_at DESC LIMIT 1)")
    op.add_column("jobs", sa.Column("former", sa.String(length=64), nullable=True))
    op.add_column("jobs", sa.Column("shot", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("version", sa.Integer(), nullable=True))
    op.create_table(
        "versions",
        sa.Column("story", sa.String(length=64), nullable=False),
        sa.Column("shot", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_versions_story")),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_versions_job")),
        sa.PrimaryKeyConstraint("story", "shot", "number", name=op.f("pk_versions")),
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("former", sa.String(length=100), nullable=True),
        sa.Column("former_until", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("fk_webhook_secrets_team")),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_webhook_secrets")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("story", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("epoch", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("next_at", sa.Double(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_deliveries_story")),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("fk_deliveries_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("ix_deliveries_team_id", "deliveries", ["team", "id"])
    due = sa.text("state = 'pending'")
    op.create_index("ix_deliveries_due", "deliveries", ["next_at"], postgresql_where=due, sqlite_where=due)


def downgrade() -> None:
    """Undo."""
    op.drop_table("deliveries")
    op.drop_table("webhook_secrets")
    op.drop_table("versions")
    for name in ("version", "shot", "former"):
        op.drop_column("jobs", name)
    for name in ("hidden", "job"):
        op.drop_column("stories", name)

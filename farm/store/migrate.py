"""Bringing a database up to date: Alembic's migrations, safe when several processes begin at once."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from farm.store.database import Database

_LOCK = 0x5354_4F52_5946_4152  # "STORYFAR": names our advisory lock among those of other programs


def migrate(database: Database) -> None:
    """Apply the migrations that are missing, all in one transaction; whoever comes second waits and finds nothing to do."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.read() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

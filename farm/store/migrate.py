"""Bringing a database up to date: Alembic's migrations, safe when several processes begin at once."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from farm.store.database import Database

log = structlog.get_logger(__name__)
_LOCK = 0x5354_4F52_5946_4152  # "STORYFAR": names our advisory lock among those of other programs


def migrate(database: Database) -> None:
    """Apply the migrations that are missing, all in one transaction; whoever comes second waits and finds nothing to do."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    with database.read() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found == scripts.get_current_head():
        return
    if found is not None and found not in known:
        # Migrations add and never take away, so that parts of the release before go on, and start again, while a farm is brought to the next one.
        log.warning("the database is of a newer release than this part; bring this part up to date soon", revision=found, known=max(known))
        return
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if MigrationContext.configure(connection).get_current_revision() != found:
            return  # another was first
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    log.info("the database was brought up to date", before=found, now=scripts.get_current_head())

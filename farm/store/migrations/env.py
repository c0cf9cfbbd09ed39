"""Alembic's environment: migrates over the connection that `Database.migrate` holds, inside its transaction."""

from __future__ import annotations

from alembic import context

from farm.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()

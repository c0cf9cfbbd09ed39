"""Alembic's migrations of the store, run by `Database.migrate`."""

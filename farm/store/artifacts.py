"""What is known of artifacts: size and media type by SHA-256. Their bytes are in `farm.artifacts`."""

from __future__ import annotations

import sqlalchemy as sa

from farm.store import tables as t
from farm.store.database import Database
from farm.store.ending import record_artifact
from farm.store.records import Artifact


class ArtifactRecords:
    """The register of artifacts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, artifact: Artifact) -> None:
        """Write down an artifact, once."""
        with self._database.write() as connection:
            record_artifact(connection, artifact)

    def get(self, sha: str) -> Artifact | None:
        """What is known of `sha`."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(t.artifacts).where(t.artifacts.c.sha == sha)).one_or_none()
            return Artifact(row.sha, row.size, row.media_type) if row is not None else None

"""The store: SQL behind one attribute per noun. It is synchronous; SQLite and PostgreSQL behave the same."""

from __future__ import annotations

from farm.store.answers import AlreadyAnswered, Answers, Remember
from farm.store.artifacts import ArtifactRecords
from farm.store.cast import Cast
from farm.store.database import Database, DatabaseError
from farm.store.keys import Keys, Teams
from farm.store.ledger import Ledger
from farm.store.people import Sessions, Users
from farm.store.records import (
    Answer,
    Artifact,
    Claim,
    Completed,
    Created,
    Entry,
    InsufficientCredits,
    Key,
    Lease,
    Reaped,
    Recorded,
    Renewal,
    SeriesCharacter,
    SeriesRecord,
    Session,
    StoreError,
    StoryDocument,
    StorySummary,
    TaskRecord,
    Ticket,
    User,
    WorkerRecord,
)
from farm.store.series import SeriesShelf
from farm.store.stories import Stories
from farm.store.styles import Styles
from farm.store.tasks import Tasks
from farm.store.tickets import TicketBox
from farm.store.versions import NotEditable, Versions
from farm.store.webhooks import Webhooks
from farm.store.workers import Workers

__all__ = [
    "AlreadyAnswered",
    "Answer",
    "Artifact",
    "Claim",
    "Completed",
    "Created",
    "DatabaseError",
    "Entry",
    "InsufficientCredits",
    "Key",
    "Lease",
    "NotEditable",
    "Reaped",
    "Recorded",
    "Remember",
    "Renewal",
    "SeriesCharacter",
    "SeriesRecord",
    "Session",
    "Store",
    "StoreError",
    "StoryDocument",
    "StorySummary",
    "TaskRecord",
    "Ticket",
    "User",
    "WorkerRecord",
]


class Store:
    """The farm's truth; thread-safe."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.stories = Stories(database)
        self.tasks = Tasks(database)
        self.tickets = TicketBox(database)
        self.workers = Workers(database)
        self.artifacts = ArtifactRecords(database)
        self.teams = Teams(database)
        self.keys = Keys(database)
        self.ledger = Ledger(database)
        self.answers = Answers(database)
        self.styles = Styles(database)
        self.versions = Versions(database)
        self.webhooks = Webhooks(database)
        self.users = Users(database)
        self.sessions = Sessions(database)
        self.series = SeriesShelf(database)
        self.cast = Cast(database)

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the database at an SQLAlchemy address.

        Raises DatabaseError for an address that is none, or of another kind of database.
        """
        return cls(Database(url))

    def migrate(self) -> None:
        """Bring the tables up to date."""
        from farm.store.migrate import migrate  # only who migrates needs Alembic: a fifth of a second at every start

        migrate(self.database)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

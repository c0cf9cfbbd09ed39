"""Users and their sessions: of a password and of a session's token only hashes are kept."""

from __future__ import annotations

import builtins
import dataclasses
import hashlib
import hmac
import re
import secrets

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from farm import passwords
from farm.store import tables as t
from farm.store.database import Database
from farm.store.keys import Keys
from farm.store.records import Key, Session, StoreError, User, new_id

SESSION_SECONDS = 7 * 24 * 3600.0
"""After its sign-in a session has ended, whatever was done in it."""
_EMAIL = re.compile(r"[^@\s\x00-\x20<>\"']{1,64}@[^@\s\x00-\x20<>\"']{1,189}")


class Users:
    """Who may sign in, and to which team they belong."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, email: str, team: str, password: str) -> User:
        """A new user of a team.

        Raises ValueError for an address or a password that cannot be one, StoreError for a user who is there already.
        """
        address = folded(email)
        if not _EMAIL.fullmatch(address):
            raise ValueError(f"{email!r} is no e-mail address")
        values = {"id": new_id("user"), "team": team, "email": address, "password": passwords.hashed(password), "created_at": t.now()}
        try:
            with self._database.write(durable=True) as connection:
                connection.execute(t.users.insert().values(values))
                return _user(connection.execute(sa.select(t.users).where(t.users.c.email == address)).one())
        except IntegrityError:
            raise StoreError(f"there is a user {address} already") from None

    def list(self, team: str) -> list[User]:
        """The team's users by address."""
        with self._database.read() as connection:
            return [_user(row) for row in connection.execute(sa.select(t.users).where(t.users.c.team == team).order_by(t.users.c.email))]

    def set_password(self, email: str, password: str) -> bool:
        """Give a user another password and end their sessions. False where there is no such user.

        Raises ValueError for a password that cannot be one.
        """
        kept = passwords.hashed(password)
        with self._database.write(durable=True) as connection:
            user = connection.execute(sa.select(t.users.c.id).where(t.users.c.email == folded(email))).scalar()
            connection.execute(t.users.update().where(t.users.c.id == user).values(password=kept))
            connection.execute(t.sessions.delete().where(t.sessions.c.user == user))
            return user is not None

    def remove(self, email: str) -> bool:
        """Remove a user with their sessions; what the team made stays. False where there is no such user."""
        with self._database.write(durable=True) as connection:
            user = connection.execute(sa.select(t.users.c.id).where(t.users.c.email == folded(email))).scalar()
            connection.execute(t.sessions.delete().where(t.sessions.c.user == user))
            return connection.execute(t.users.delete().where(t.users.c.id == user)).rowcount > 0


class Sessions:
    """Who is signed in."""

    def __init__(self, database: Database) -> None:
        self._database, self._keys = database, Keys(database)

    def begin(self, email: str, password: str, seconds: float = SESSION_SECONDS) -> Session | None:
        """A new session, its token in the answer and never again; None for a wrong address or password, which take equally long."""
        address = folded(email)
        user: t.AnyRow | None = None
        if _EMAIL.fullmatch(address):
            with self._database.read() as connection:
                user = connection.execute(sa.select(t.users).where(t.users.c.email == address)).one_or_none()
        if not passwords.matches(user.password if user is not None else None, password) or user is None:
            return None
        token = secrets.token_urlsafe(32)
        with self._database.write() as connection:
            # The password is still the one that was checked: a new one ends every session, this one too.
            still = sa.and_(t.users.c.id == user.id, t.users.c.password == user.password)
            if connection.execute(sa.select(t.users.c.id).where(still).with_for_update()).scalar() is None:
                return None
            connection.execute(t.sessions.delete().where(t.sessions.c.expires_at < t.now()))
            connection.execute(t.sessions.insert().values(hash=_hash(token), user=user.id, created_at=t.now(), expires_at=t.now() + seconds))
        found = self.find(token)
        return None if found is None else Session(found.user, found.team, found.email, found.created_at, found.expires_at, token)

    def find(self, token: str) -> Session | None:
        """The session of that token, unless it is unknown, has expired, or was ended."""
        query = sa.select(t.sessions, t.users.c.team, t.users.c.email).join(t.users, t.users.c.id == t.sessions.c.user)
        with self._database.read() as connection:
            row = connection.execute(query.where(t.sessions.c.hash == _hash(token), t.sessions.c.expires_at > t.now())).one_or_none()
        return Session(row.user, row.team, row.email, row.created_at, row.expires_at) if row is not None else None

    def keep(self, token: str, key: Key) -> None:
        """Keep a new API key until the session's page has shown it: sealed by the session's token, which is not in the database."""
        entry = f"{key.id}:{_sealed(token, key.id, key.key.encode()).hex()}"
        mine = t.sessions.c.hash == _hash(token)
        with self._database.write() as connection:
            kept = connection.execute(sa.select(t.sessions.c.sealed).where(mine).with_for_update()).scalar()
            connection.execute(t.sessions.update().where(mine).values(sealed=f"{kept} {entry}" if kept else entry))

    def shown(self, token: str) -> builtins.list[Key]:
        """The keys that were kept and not shown yet, with their text; they are not kept any more."""
        mine = sa.and_(t.sessions.c.hash == _hash(token), t.sessions.c.expires_at > t.now(), t.sessions.c.sealed.is_not(None))
        with self._database.read() as connection:
            if connection.execute(sa.select(t.sessions.c.hash).where(mine)).scalar() is None:
                return []
        with self._database.write() as connection:
            kept = connection.execute(sa.select(t.sessions.c.sealed).where(mine).with_for_update()).scalar()
            connection.execute(t.sessions.update().where(mine).values(sealed=None))
            opened = [_sealed(token, key, bytes.fromhex(text)).decode() for key, _, text in (entry.partition(":") for entry in (kept or "").split())]
        known = [self._keys.authenticate(text) for text in opened]  # one that was revoked meanwhile is not worth showing
        return [dataclasses.replace(key, key=text) for key, text in zip(known, opened, strict=True) if key is not None]

    def end_all(self, token: str) -> int:
        """End every session of the user whose session this is, at once, everywhere; how many there were."""
        user = sa.select(t.sessions.c.user).where(t.sessions.c.hash == _hash(token)).scalar_subquery()
        with self._database.write() as connection:
            return connection.execute(t.sessions.delete().where(t.sessions.c.user == user)).rowcount

    def end(self, token: str) -> bool:
        """End a session at once, everywhere; False where there is none."""
        with self._database.write() as connection:
            return connection.execute(t.sessions.delete().where(t.sessions.c.hash == _hash(token))).rowcount > 0


def folded(email: str) -> str:
    """An address as it is compared."""
    return email.strip().lower()


def _sealed(token: str, name: str, text: bytes) -> bytes:
    """Seal, or open, a text of up to 64 bytes: a pad that only the token gives and that no other text has."""
    pad = hmac.digest(token.encode(), f"a new key {name}".encode(), "sha512")
    assert len(text) <= len(pad)
    return bytes(one ^ other for one, other in zip(text, pad, strict=False))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _user(row: t.AnyRow) -> User:
    return User(row.id, row.team, row.email, row.created_at)

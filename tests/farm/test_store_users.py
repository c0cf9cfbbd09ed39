"""Users, sessions, series: who is signed in, and whose face is kept."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from farm.store import Artifact, Store, StoreError
from farm.store import tables as t

PASSWORD = "correct horse battery"


def picture(letter: str) -> Artifact:
    """An artifact whose bytes nobody needs."""
    return Artifact(letter * 64, 10, "image/png")


def test_the_migrations_make_the_tables_that_the_code_describes(store: Store) -> None:
    with store.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []


# ---------------------------------------------------------------- users and sessions


def test_of_a_password_and_a_token_only_hashes_are_kept(store: Store) -> None:
    team = store.teams.ensure("owners")
    user = store.users.add(" Ann@Example.org ", team, PASSWORD)
    assert (user.email, user.team) == ("ann@example.org", team)
    session = store.sessions.begin("ANN@example.org", PASSWORD)
    assert session is not None
    assert len(session.token) == 43  # 256 bits in base 64
    with store.database.read() as connection:
        kept = str(connection.execute(sa.select(t.users)).all()) + str(connection.execute(sa.select(t.sessions)).all())
    assert PASSWORD not in kept
    assert session.token not in kept
    assert "$argon2id$" in kept
    found = store.sessions.find(session.token)
    assert found is not None
    assert (found.user, found.team, found.email, found.token) == (user.id, team, "ann@example.org", "")


@pytest.mark.parametrize(("email", "password"), [("ann@example.org", "wrong password"), ("bob@example.org", PASSWORD), ("", ""), ("\x00", "\udcff")])
def test_a_wrong_address_or_password_begins_nothing(store: Store, email: str, password: str) -> None:
    store.users.add("ann@example.org", store.teams.ensure("owners"), PASSWORD)
    assert store.sessions.begin(email, password) is None


def test_an_unknown_user_takes_as_long_as_a_wrong_password(store: Store) -> None:
    store.users.add("ann@example.org", store.teams.ensure("owners"), PASSWORD)
    store.sessions.begin("nobody@example.org", "x")  # the first one makes the hash that nobody has
    times: dict[str, list[float]] = {"ann@example.org": [], "nobody@example.org": []}
    for _ in range(3):
        for email, taken in times.items():
            began = time.process_time()
            store.sessions.begin(email, "wrong password")
            taken.append(time.process_time() - began)
    known, unknown = (statistics.median(taken) for taken in times.values())
    assert unknown > known / 2  # no work at all would be a hundredth


def test_a_session_ends_when_it_is_ended_when_it_expires_and_with_the_password(store: Store) -> None:
    store.users.add("ann@example.org", store.teams.ensure("owners"), PASSWORD)
    one, two, three = (store.sessions.begin("ann@example.org", PASSWORD, seconds) for seconds in (60, 0.0, 60))
    assert one
    assert three
    assert two is None  # over before it was seen
    assert store.sessions.end(one.token)
    assert not store.sessions.end(one.token)
    assert store.sessions.find(one.token) is None
    assert store.sessions.find(three.token)
    assert store.users.set_password("Ann@example.org", "another password")
    assert store.sessions.find(three.token) is None
    assert store.sessions.begin("ann@example.org", PASSWORD) is None
    last = store.sessions.begin("ann@example.org", "another password")
    assert last
    assert store.users.remove("ann@example.org")
    assert store.sessions.find(last.token) is None
    assert not store.users.remove("ann@example.org")
    assert not store.users.set_password("ann@example.org", "another password")


def test_a_new_key_waits_with_its_session_until_it_was_shown_once(store: Store) -> None:
    team = store.teams.ensure("owners")
    store.users.add("ann@example.org", team, PASSWORD)
    mine, other = (store.sessions.begin("ann@example.org", PASSWORD) for _ in range(2))
    assert mine
    assert other
    keys = [store.keys.create(team, name) for name in ("one", "two", "three")]
    for key in keys:
        store.sessions.keep(mine.token, key)
    store.keys.revoke(keys[1].id, team)
    assert store.sessions.shown(other.token) == []
    with ThreadPoolExecutor(4) as pool:  # of many who look at once, one sees
        seen = [found for found in pool.map(lambda _: store.sessions.shown(mine.token), range(4)) if found]
    assert [[key.key for key in found] for found in seen] == [[keys[0].key, keys[2].key]]
    assert store.sessions.end_all(mine.token) == 2
    assert store.sessions.find(other.token) is None


@pytest.mark.parametrize("email", ["", "ann", "@", "a@", "@b", "a b@c", "a@b c", "<x>@y", "a@b\n", "x" * 65 + "@y", "a@" + "y" * 250])
def test_what_is_no_address(store: Store, email: str) -> None:
    team = store.teams.ensure("owners")
    if email.strip() == email:
        with pytest.raises(ValueError, match="address"):
            store.users.add(email, team, PASSWORD)
    else:
        assert store.users.add(email, team, PASSWORD).email == email.strip()


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_what_is_no_password(store: Store, password: str) -> None:
    with pytest.raises(ValueError, match="10 to 200"):
        store.users.add("ann@example.org", store.teams.ensure("owners"), password)


def test_an_address_is_one_user(store: Store) -> None:
    store.users.add("ann@example.org", store.teams.ensure("owners"), PASSWORD)
    with pytest.raises(StoreError, match="already"):
        store.users.add("ANN@example.org", store.teams.ensure("others"), PASSWORD)
    assert [user.email for user in store.users.list(store.teams.ensure("owners"))] == ["ann@example.org"]
    assert store.users.list(store.teams.ensure("others")) == []


# ---------------------------------------------------------------- series


def test_a_face_is_registered_once_and_replaced_by_a_new_picture(store: Store) -> None:
    team, other = store.teams.ensure("owners"), store.teams.ensure("others")
    first, made = store.series.ensure(team, "s1", "Chef Axon", picture("a"))
    again, made_again = store.series.ensure(team, "s1", "chef  AXON", picture("a"))
    assert (made, made_again, again) == (True, False, first)
    assert first.name == "Chef Axon"
    renewed, made_anew = store.series.ensure(team, "s1", "Chef Axon", picture("b"))
    assert (made_anew, renewed.sha, renewed.created_at) == (False, "b" * 64, first.created_at)
    store.series.ensure(team, "s1", "Bolt", picture("a"))
    series = store.series.get(team, "s1")
    assert series
    assert [one.name for one in series.characters] == ["Chef Axon", "Bolt"]
    assert store.series.get(other, "s1") is None
    assert store.series.count(other) == 0
    store.series.ensure(other, "s1", "Axon", picture("c"))  # the same name is another team's own
    assert [one.name for one in store.series.get(team, "s1").characters] == ["Chef Axon", "Bolt"]  # type: ignore[union-attr]


def test_of_many_who_register_at_once_one_is_first(store: Store) -> None:
    team = store.teams.ensure("owners")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: store.series.ensure(team, "s", "Axon", picture(format(number, "x")))[1], range(8)))
    assert made.count(True) == 1


def test_series_by_page(store: Store) -> None:
    team = store.teams.ensure("owners")
    for name in ("one", "two", "three"):
        store.series.ensure(team, name, "Axon", picture("a"))
    assert [series.id for series in store.series.page(team, limit=2)] == ["three", "two"]
    assert [series.id for series in store.series.page(team, limit=2, offset=2)] == ["one"]
    assert store.series.count(team) == 3

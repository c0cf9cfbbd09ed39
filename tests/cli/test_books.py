"""The operator's commands over a farm's database: teams, users, keys, credits."""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from farm.store import Store
from farm.types import TaskKind
from tests.farm.farming import new_story


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an empty farm."""
    folder = tmp_path_factory.mktemp("home")
    store = Store.open(f"sqlite:///{folder / 'farm.db'}")
    store.migrate()
    store.close()
    return folder


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def storyfarm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Done]]:
    """Run the command in a home, in this process: a dozen interpreters take longer than what they do."""
    former = signal.getsignal(signal.SIGTERM)

    def run(home: Path, *words: str, given: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["storyfarm", *words, "--home", str(home)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    monkeypatch.delenv("STORYFARM_DATABASE_URL", raising=False)
    yield run
    signal.signal(signal.SIGTERM, former)


def test_from_a_team_to_a_user_a_key_and_credits(home: Path, storyfarm: Any) -> None:
    assert storyfarm(home, "teams", "add", "studio").returncode == 0
    added = storyfarm(home, "users", "add", "Ann@example.org", "--team", "studio", given="correct horse battery\n")
    assert added.returncode == 0, added.stderr
    assert "correct horse" not in added.stdout + added.stderr
    key = storyfarm(home, "keys", "create", "--team", "studio", "--name", "ci", "--scope", "stories:read").stdout.strip()
    assert "40 credits" in storyfarm(home, "credits", "grant", "studio", "40", "--note", "a present").stdout
    store = Store.open(f"sqlite:///{home / 'farm.db'}")
    known, session = store.keys.authenticate(key), store.sessions.begin("ann@example.org", "correct horse battery")
    store.close()
    assert known is not None
    assert session is not None
    assert (known.team, known.scopes) == (session.team, ("stories:read",))
    (listed,) = json.loads(storyfarm(home, "keys", "list", "--team", "studio", "--json").stdout)
    assert listed["id"] == known.id
    assert key not in json.dumps(listed)
    assert storyfarm(home, "keys", "revoke", known.id, "--team", "studio").returncode == 0
    assert "revoked" in storyfarm(home, "keys", "list", "--team", "studio").stdout
    assert "a present" in storyfarm(home, "credits", "show", "studio").stdout
    assert storyfarm(home, "users", "password", "ann@example.org", given="another password\n").returncode == 0
    assert storyfarm(home, "users", "list", "--team", "studio").stdout == "ann@example.org\n"
    assert storyfarm(home, "teams", "unlimit", "studio").returncode == 0
    assert "studio: unlimited credits, 0 spent" in storyfarm(home, "teams", "list").stdout
    assert storyfarm(home, "users", "remove", "ann@example.org").returncode == 0


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("users", "add", "ann", "--team", "t"), "correct horse battery\n", "no e-mail address"),
        (("users", "add", "a@b.c", "--team", "t"), "short\n", "10 to 200"),
        (("users", "add", "a@b.c", "--team", "t"), "", "10 to 200"),
        (("users", "remove", "nobody@b.c"), "", "no user"),
        (("keys", "create", "--team", "nosuch"), "", "no team 'nosuch'"),
        (("keys", "create", "--team", "there", "--scope", "admin"), "", "no scope 'admin'"),
        (("keys", "revoke", "key_x", "--team", "there"), "", "no key 'key_x'"),
        (("credits", "grant", "nosuch", "5"), "", "no team 'nosuch'"),
        (("credits", "grant", "there", "0"), "", "greater than"),
        (("teams", "add", " "), "", "team's name"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(home: Path, storyfarm: Any, words: tuple[str, ...], given: str, said: str) -> None:
    if "there" in words:
        storyfarm(home, "teams", "add", "there")
    done = storyfarm(home, *words, given=given)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_without_a_farm_stays_without(tmp_path: Path, storyfarm: Any) -> None:
    done = storyfarm(tmp_path, "teams", "list")
    assert done.returncode == 2
    assert "no farm in it yet" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_status_says_who_works_and_what_waits(tmp_path: Path, storyfarm: Any) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'farm.db'}")
    store.migrate()
    team = store.teams.ensure("studio", unlimited=True)
    models = dict.fromkeys(TaskKind, "screenwriter")
    store.stories.create(new_story(team, models=models, pools={"screenwriter": ("cpu",)}))
    nobody = storyfarm(tmp_path, "status")
    assert "No worker is there. Start one with: storyfarm worker --pool NAME" in nobody.stdout
    assert "no worker now" in nobody.stdout
    store.workers.register("w1", pool="cpu", host="here", pid=1, models=["screenwriter"], device={"name": "cpu", "title": "Two cores"})
    told = json.loads(storyfarm(tmp_path, "status", "--json").stdout)
    assert [(one["name"], one["state"], one["task"]) for one in told["workers"]] == [("w1", "serving", None)]
    assert [(one["model"], one["waiting"], one["running"], one["pools"], one["served"]) for one in told["models"]] == [("screenwriter", 1, 0, ["cpu"], True)]
    claim = store.tasks.claim("w1", "cpu", ["screenwriter"], [], 60)
    store.close()
    assert claim is not None
    assert claim.task in storyfarm(tmp_path, "status").stdout

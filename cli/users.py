"""`storyfarm users`: who may sign in."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from cli.books import HomeOption, TeamOption, books, group, team_of
from cli.errors import CliError, Exit

app = group("Users: who may sign in on the pages, and manage their team's API keys.")
EmailArgument = Annotated[str, typer.Argument(help="E-mail address")]
_LONGEST_LINE = 1_000


@app.command(short_help="Add a user; the password is asked for.")
def add(email: EmailArgument, team: TeamOption, home: HomeOption = None) -> None:
    """Add a user; the password is asked for, or read as one line from standard input. A team that is not there is made."""
    with books(home) as store:
        password = _password()
        known = store.teams.find(team)
        user = store.users.add(email, known.id if known else store.teams.ensure(team), password)
    print(f"User {user.email} of team {team} may sign in{'' if known else ' (the team is new)'}")


@app.command("list")
def list_users(team: TeamOption, home: HomeOption = None) -> None:
    """A team's users."""
    with books(home) as store:
        for user in store.users.list(team_of(store, team).id):
            print(user.email)


@app.command()
def password(email: EmailArgument, home: HomeOption = None) -> None:
    """Give a user another password; their sessions end."""
    with books(home) as store:
        if not store.users.set_password(email, _password()):
            raise CliError(f"there is no user {email!r}", Exit.BAD_INPUT)
    print(f"User {email} has a new password; their sessions have ended")


@app.command(short_help="Remove a user with their sessions.")
def remove(email: EmailArgument, home: HomeOption = None) -> None:
    """Remove a user with their sessions; what the team made stays, and so do its keys."""
    with books(home) as store:
        if not store.users.remove(email):
            raise CliError(f"there is no user {email!r}", Exit.BAD_INPUT)
    print(f"User {email} is removed")


def _password() -> str:
    """A password: asked for twice at a terminal, else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.buffer.readline(_LONGEST_LINE).decode("utf-8", "surrogateescape").rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise CliError("the two passwords differ", Exit.BAD_INPUT)
    return first

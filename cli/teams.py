"""`storyfarm teams`: who shares stories, keys and credits."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.books import HomeOption, JsonOption, books, group, standing, team_of
from cli.errors import CliError, Exit

app = group("Teams: who shares stories, keys and credits.")
NameArgument = Annotated[str, typer.Argument(help="Name of the team")]
_LONGEST_NAME = 200


@app.command()
def add(
    name: NameArgument, unlimited: Annotated[bool, typer.Option("--unlimited", help="Let it spend more credits than it has")] = False, home: HomeOption = None
) -> None:
    """Make a team."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise CliError(f"{name[:50]!r} cannot be a team's name; give 1 to {_LONGEST_NAME} printable characters", Exit.BAD_INPUT)
    with books(home) as store:
        if store.teams.find(name):
            raise CliError(f"there is a team {name!r} already", Exit.BAD_INPUT)
        store.teams.ensure(name, unlimited=unlimited)
    print(f"Team {name} is there, {'with unlimited credits' if unlimited else 'without credits yet: storyfarm credits grant ' + name + ' AMOUNT'}")


@app.command("list")
def list_teams(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every team with its credits."""
    with books(home) as store:
        found = store.teams.list()
    if as_json:
        print(json.dumps([{"id": team.id, "name": team.name, "unlimited": team.unlimited, "balance": team.balance, "spent": team.spent} for team in found]))
        return
    for team in found:
        print(f"{team.name}: {standing(team)}")


@app.command(short_help="Let a team spend only the credits that it has.")
def limit(name: NameArgument, home: HomeOption = None) -> None:
    """Let a team spend only the credits that it has; what it spent beyond them is forgiven."""
    with books(home) as store:
        store.teams.set_unlimited(team_of(store, name).id, False)
    print(f"Team {name} spends what it has")


@app.command(short_help="Let a team spend more credits than it has.")
def unlimit(name: NameArgument, home: HomeOption = None) -> None:
    """Let a team spend more credits than it has; what it spends is still written down."""
    with books(home) as store:
        store.teams.set_unlimited(team_of(store, name).id, True)
    print(f"Team {name} has unlimited credits")

"""`storyfarm keys`: the API keys of a team."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.books import HomeOption, JsonOption, TeamOption, books, group, team_of
from cli.errors import CliError, Exit

app = group("API keys of a team.")


@app.command()
def create(
    team: TeamOption,
    name: Annotated[str, typer.Option("--name", help="What the key is for")] = "command line",
    scope: Annotated[
        list[str] | None, typer.Option("--scope", metavar="SCOPE", help="What it may do; several times for several [default: everything]", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and print it, this once."""
    from farm.store.keys import SCOPES

    with books(home) as store:
        made = store.keys.create(team_of(store, team).id, name[:200], tuple(scope or SCOPES))
    print(json.dumps({"id": made.id, "key": made.key, "name": made.name, "scopes": made.scopes}) if as_json else made.key)


@app.command("list")
def list_keys(team: TeamOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """A team's keys, newest first, without what is secret of them."""
    with books(home) as store:
        found = store.keys.list(team_of(store, team).id)
    if as_json:
        fields = ("id", "name", "prefix", "scopes", "created_at", "revoked_at")
        print(json.dumps([{field: getattr(key, field) for field in fields} for key in found]))
        return
    for key in found:
        made = datetime.fromtimestamp(key.created_at, UTC).strftime("%Y-%m-%d")
        print(f"{key.id}  {key.prefix}…  {key.name}  {','.join(key.scopes)}  {made}{'  revoked' if key.revoked_at else ''}")


@app.command()
def revoke(key: Annotated[str, typer.Argument(help="The key's id, as `storyfarm keys list` shows it")], team: TeamOption, home: HomeOption = None) -> None:
    """End a key at once, everywhere; again is safe."""
    with books(home) as store:
        if not store.keys.revoke(key, team_of(store, team).id):
            raise CliError(f"team {team} has no key {key!r}; see `storyfarm keys list --team {team}`", Exit.BAD_INPUT)
    print(f"Key {key} is revoked")

"""`storyfarm credits`: what teams may spend."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.books import HomeOption, books, group, standing, team_of

app = group("Credits: a film costs 25.")
TeamArgument = Annotated[str, typer.Argument(help="Name of the team")]
LARGEST_GRANT = 1_000_000_000


@app.command()
def grant(
    team: TeamArgument,
    amount: Annotated[int, typer.Argument(min=1, max=LARGEST_GRANT, help="Credits")],
    note: Annotated[str, typer.Option("--note", help="Why; it is shown in the ledger")] = "",
    home: HomeOption = None,
) -> None:
    """Give a team credits."""
    with books(home) as store:
        store.ledger.grant(team_of(store, team).id, amount, note[:500])
        found = team_of(store, team)
    print(f"Team {team}: {standing(found)}")


@app.command()
def show(team: TeamArgument, limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Entries to show")] = 20, home: HomeOption = None) -> None:
    """A team's balance and the newest entries of its ledger."""
    with books(home) as store:
        found = team_of(store, team)
        entries = store.ledger.entries(found.id, limit=limit)
    print(standing(found))
    for entry in entries:
        when = datetime.fromtimestamp(entry.created_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        print(f"{when}  {entry.kind:<8}{entry.amount:>+8}  {entry.job or '-'}  {entry.note}".rstrip())

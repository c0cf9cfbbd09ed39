"""The farm's books for the commands of its operator: the store of the configured database, and teams by name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import CliError, Exit

if TYPE_CHECKING:
    from farm.store import Store
    from farm.store.records import Team

HomeOption = Annotated[Path | None, typer.Option("--home", help="Folder of an embedded farm [default: $STORYFARM_HOME, else .storyfarm]", show_default=False)]
TeamOption = Annotated[str, typer.Option("--team", help="Name of the team; an embedded farm's own is called embedded")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: print one line of JSON")]


def group(help_text: str) -> typer.Typer:
    """A group of commands that looks like the others."""
    return typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})


@contextlib.contextmanager
def books(home: Path | None) -> Iterator[Store]:
    """The store of STORYFARM_DATABASE_URL, else of the embedded farm in `home`, with its tables up to date.

    Raises CliError where there is no farm, or its database does not answer.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from farm.settings import Settings
    from farm.store import Store, StoreError
    from farm.store.database import DatabaseError

    folder = (home or Path(os.environ.get("STORYFARM_HOME") or ".storyfarm")).absolute()
    settings = Settings.from_environment(home=folder)
    if not os.environ.get("STORYFARM_DATABASE_URL") and not (folder / "farm.db").exists():
        raise CliError(
            f"home {folder}: there is no farm in it yet; start one with `storyfarm up --home {folder}`, or set STORYFARM_DATABASE_URL", Exit.BAD_INPUT
        )
    store: Any = None
    try:
        store = Store.open(settings.database_url)
        store.migrate()
        yield store
    except (ValueError, StoreError) as error:
        raise CliError(str(error), Exit.BAD_INPUT) from None
    except DatabaseError as error:
        raise CliError(str(error), Exit.MACHINE) from None
    except SQLAlchemyError as error:
        raise CliError(f"the farm's database does not do that: {getattr(error, 'orig', error)}", Exit.MACHINE) from None
    finally:
        if store is not None:
            store.close()


def team_of(store: Store, name: str) -> Team:
    """The team of that name.

    Raises CliError naming those that there are.
    """
    found = store.teams.find(name)
    if found is None:
        known = ", ".join(team.name for team in store.teams.list()) or "none"
        raise CliError(f"there is no team {name!r}; there are {known}. Make one with `storyfarm teams add NAME`", Exit.BAD_INPUT)
    return found


def standing(team: Team) -> str:
    """A team's credits in words."""
    return f"{'unlimited credits' if team.balance is None else f'{team.balance} credits'}, {team.spent} spent"

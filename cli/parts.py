"""Running one part of a cluster: settings read and checked, the database brought up to date, then the part itself."""

from __future__ import annotations

from cli.errors import CliError, Exit
from farm import catalog as catalogs
from farm.catalog import Catalog
from farm.settings import Settings, SettingsError, shown


def settings_and_catalog() -> tuple[Settings, Catalog]:
    """The settings of this process and models.yaml.

    Raises CliError for a models.yaml that cannot be used, or a profile that it does not have; SettingsError for any other setting.
    """
    settings = Settings.from_environment()
    try:
        settings.home.mkdir(parents=True, exist_ok=True)  # scratch, and whatever no setting puts elsewhere
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CliError(
            f"STORYFARM_HOME is {str(settings.home)!r}: it cannot be used: {reason}. Choose a folder that this user may write to", Exit.MACHINE
        ) from None
    try:
        catalog = catalogs.load(settings.models)
    except catalogs.CatalogError as error:
        raise CliError(str(error), Exit.BAD_INPUT) from None
    profile_of(settings, catalog)
    return settings, catalog


def profile_of(settings: Settings, catalog: Catalog) -> None:
    """See that models.yaml has the profile of the settings.

    Raises CliError naming those that it has.
    """
    if settings.profile not in catalog.profiles:
        known = ", ".join(sorted(catalog.profiles))
        raise CliError(f"STORYFARM_PROFILE is {settings.profile!r}: {settings.models} has no such profile; it has {known}", Exit.BAD_INPUT)


def up_to_date(settings: Settings) -> None:
    """Bring the database's tables up to date; several parts may do so at once.

    Raises CliError when the database is none, or does not answer.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from farm.store import DatabaseError, Store

    try:
        store = Store.open(settings.database_url)
        try:
            store.migrate()
        finally:
            store.close()
    except DatabaseError as error:
        raise CliError(str(error), Exit.BAD_INPUT) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CliError(f"STORYFARM_DATABASE_URL is {shown(settings.database_url)!r}: the database does not answer: {reason}", Exit.MACHINE) from None


def serve(host: str, port: int) -> int:
    """Run a gateway until it is told to end; its exit code.

    Raises CliError without a secret (addresses of artifacts could be forged), or for an address that cannot be listened on.
    """
    from gateway.server import PortError, run_gateway

    settings, catalog = settings_and_catalog()
    if not settings.secret:
        raise CliError("STORYFARM_SECRET is not set: it signs the addresses of artifacts. Set the same long random text for every gateway", Exit.BAD_INPUT)
    up_to_date(settings)
    try:
        return run_gateway(settings, catalog, host=host, port=port)
    except PortError as error:
        raise CliError(str(error), Exit.MACHINE) from None


def work(pool: str, name: str | None, grace: float, device: str | None = None) -> int:
    """Run a worker until it is told to end; its exit code.

    Raises CliError for a pool that models.yaml does not have, or a device that is not there.
    """
    from workers.worker import run_worker

    settings, catalog = settings_and_catalog()
    if pool not in catalog.pools:
        raise CliError(f"--pool {pool!r}: no such pool in {settings.models}; it has {', '.join(sorted(catalog.pools))}", Exit.BAD_INPUT)
    up_to_date(settings)
    try:
        return run_worker(settings, catalog, pool, name=name, grace=grace, device=device)
    except SettingsError:
        raise
    except (RuntimeError, ValueError) as error:
        raise CliError(f"pool {pool!r}: {error}", Exit.MACHINE) from None


def relay() -> int:
    """Run a relay until it is told to end; its exit code."""
    from workers.relay import run_relay

    settings, catalog = settings_and_catalog()
    up_to_date(settings)
    return run_relay(settings, catalog)

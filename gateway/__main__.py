"""`python -m gateway --host HOST --port PORT`: one gateway process."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from farm import logs
from farm.catalog import CatalogError, load
from farm.settings import Settings, SettingsError
from gateway.server import PortError, run_gateway


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and serve; 2 where it cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description="Serve Storyfarm's public APIs. Settings come from STORYFARM_* variables.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes a free one (default 8000)")
    parser.add_argument("--fd", type=int, default=None, help="file descriptor of a bound socket to serve on, instead of host and port")
    parser.add_argument("--public-url", default=None, help="how the world reaches this gateway (else STORYFARM_PUBLIC_URL, else as requests come)")
    parser.add_argument("--ready-fd", type=int, default=None, help="file descriptor that gets the URL as one line once requests are taken")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the process that started this one ends")
    given = parser.parse_args(arguments)
    logs.set_up()
    try:
        settings = Settings.from_environment()
        if given.public_url:
            settings = replace(settings, public_url=given.public_url.rstrip("/"))
        catalog = load(settings.models)
        return run_gateway(settings, catalog, host=given.host, port=given.port, listener=given.fd, ready=given.ready_fd, die_with_parent=given.die_with_parent)
    except (CatalogError, PortError, SettingsError) as error:
        print(f"gateway: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

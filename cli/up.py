"""`storyfarm up`: an embedded farm that stays until it is told to end."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from cli.embedded import EmbeddedFarm
from cli.errors import CliError, Exit
from cli.home import Home


def keep_up(folder: Path, *, host: str, port: int, workers: int | None, as_json: bool) -> None:
    """Run an embedded farm in `folder` until SIGINT or SIGTERM; says where it answers as soon as it does.

    Raises CliError when another farm runs in that home, and for all that keeps a farm from starting.
    """
    home = Home(folder)
    home.prepare()
    if not home.acquire():
        other = home.running()
        where = f" (process {other.pid}, {other.url})" if other else ""
        raise CliError(f"home {folder}: another farm runs there{where}. Use it with --farm, end it, or choose another home with --home DIR", Exit.MACHINE)
    farm = EmbeddedFarm(home, host=host, port=port, workers=workers)
    started = False
    try:
        running = farm.start()
        started = True
        if as_json:
            print(json.dumps({"url": running.url, "key": running.key}), flush=True)
        else:
            print(f"Storyfarm is up: {running.url}\nKey: {running.key}\nHome: {folder}", flush=True)
            print(f"Try: curl -H 'x-api-key: {running.key}' {running.url}/api/v1/sequences", flush=True)
            print("Ctrl-C ends it.", file=sys.stderr, flush=True)
        while True:
            signal.pause()
    except KeyboardInterrupt:
        if not started:
            raise
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C does not leave half of the processes behind
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        farm.stop()
        home.release()

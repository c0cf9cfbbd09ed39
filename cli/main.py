"""The `storyfarm` command: its parts are thin; what they do is in the modules beside this one."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import credits, keys, models, teams, users
from cli.errors import CliError, Exit
from farm.settings import SettingsError

app = typer.Typer(
    help="Turn a prompt or a script into a narrated film, on this machine or on a farm.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

HomeOption = Annotated[Path | None, typer.Option("--home", help="Folder of the embedded farm [default: $STORYFARM_HOME, else .storyfarm]", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: print one line of JSON instead of a display")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, metavar="N", help="Workers of the embedded farm [default: one a core]", show_default=False)
]


@app.command()
def render(
    prompt: Annotated[str, typer.Argument(help="What the film tells: a sentence or a whole script; - reads it from standard input")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The film to write")] = Path("film.mp4"),
    seconds: Annotated[
        int | None,
        typer.Option(
            "--seconds", metavar="N", help="Length of the film, about: 5 to 300 [default: 30; a whole script keeps its own length]", show_default=False
        ),
    ] = None,
    aspect: Annotated[str, typer.Option("--aspect", help="Shape of the picture: 16:9, 9:16, 1:1 or 4:5")] = "16:9",
    style: Annotated[str | None, typer.Option("--style", help="Name of a style, such as 'Cinematic Noir' [default: the farm's]", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="The same prompt and seed give the same film", show_default=False)] = None,
    title: Annotated[str | None, typer.Option("--title", help="Title of the film [default: the screenwriter's]", show_default=False)] = None,
    burn_captions: Annotated[bool, typer.Option("--burn-captions", help="Draw the captions into the picture, too")] = False,
    captions: Annotated[
        str | None, typer.Option("--captions", help="Draw them so: plain, boxed, or highlight (the spoken word is lit)", show_default=False)
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="NAME", help="What else to make of the film: strip, teaser, gif, hls, hevc, av1, nvenc, otio; repeatable"),
    ] = None,
    locale: Annotated[str | None, typer.Option("--locale", help="Language to write and speak, such as de or pt-BR [default: en]", show_default=False)] = None,
    farm: Annotated[str | None, typer.Option("--farm", help="Address of a running farm [default: an embedded one]", show_default=False)] = None,
    key: Annotated[str | None, typer.Option("--key", envvar="STORYFARM_KEY", help="API key for --farm", show_default=False)] = None,
    home: HomeOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a film of PROMPT, with a live display of every frame."""
    from cli.render import Order, render_film

    text = sys.stdin.buffer.read(1 << 20).decode("utf-8", "surrogateescape") if prompt == "-" else prompt
    order = Order(
        prompt=text,
        seconds=seconds,
        aspect=aspect,
        style=style,
        seed=seed,
        title=title,
        burn_captions=burn_captions,
        captions=captions,
        also=tuple(also or ()),
        locale=locale,
    )
    render_film(order, output, farm=farm, key=key, home=_home(home), workers=workers, as_json=as_json)


@app.command(short_help="Keep an embedded farm running until Ctrl-C.")
def up(
    home: HomeOption = None,
    port: Annotated[int, typer.Option("--port", help="Port of the gateway; 0 takes a free one")] = 8000,
    host: Annotated[str, typer.Option("--host", help="Address that the gateway listens on")] = "127.0.0.1",
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep an embedded farm running until Ctrl-C or SIGTERM, and print its address and key."""
    from cli.up import keep_up

    keep_up(_home(home), host=host, port=port, workers=workers, as_json=as_json)


@app.command(short_help="Run one gateway of a farm: the HTTP API.")
def gateway(
    host: Annotated[str, typer.Option("--host", help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 takes a free one")] = 8000,
) -> None:
    """Run one gateway of a farm: the HTTP API (settings: docs/operating.md)."""
    from cli.parts import serve

    raise typer.Exit(serve(host, port))


@app.command(short_help="Run one worker of a pool.")
def worker(
    pool: Annotated[str, typer.Option("--pool", help="The pool to work for, as models.yaml names it")] = "cpu",
    name: Annotated[str | None, typer.Option("--name", help="Name of this worker [default: host, process and a random part]", show_default=False)] = None,
    device: Annotated[str | None, typer.Option("--device", help="cpu, cuda or cuda:N [default: the pool's, the first one]", show_default=False)] = None,
    grace: Annotated[
        float, typer.Option("--grace", min=0, metavar="SECONDS", help="Seconds that a running task gets to end on SIGTERM before it is given back")
    ] = 300,
) -> None:
    """Run one worker of a pool, anywhere that reaches the database, the queue and the artifacts."""
    from cli.parts import work

    raise typer.Exit(work(pool, name, grace, device))


@app.command(short_help="Run one relay of a farm, with its reaper.")
def relay() -> None:
    """Run one relay with its reaper: sends tickets that were left unsent, takes up what dead workers left."""
    from cli import parts

    raise typer.Exit(parts.relay())


@app.command(short_help="Cut clips, speech and music into a film, without a farm.")
def compose(
    timeline: Annotated[Path, typer.Argument(help="The film as data: a JSON file (docs/composing.md); its paths are relative to itself")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The film to write; captions and poster come beside it")] = Path("film.mp4"),
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="NAME", help="What else: strip, teaser, gif, hls, hevc, av1, nvenc or otio; repeatable", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Cut clips, pictures, speech and music into one film, without a farm."""
    from cli.compose import compose_film

    compose_film(timeline, output, also or [], as_json=as_json)


@app.command()
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say who works, what waits for a worker, and for how long."""
    from cli.status import show

    show(home, as_json=as_json)


@app.command(short_help="Say what can run here, what is missing, how to get it.")
def doctor(as_json: JsonOption = False) -> None:
    """Say what is installed, which engines can run, what is missing and how to get it."""
    from cli.doctor import examine

    raise typer.Exit(examine(as_json=as_json))


app.add_typer(models.app, name="models", short_help="The models of models.yaml: list, fetch, pin, measure.")
app.add_typer(teams.app, name="teams")
app.add_typer(users.app, name="users", short_help="Users: who may sign in on the pages.")
app.add_typer(keys.app, name="keys")
app.add_typer(credits.app, name="credits")


def main() -> None:
    """Entry point: turns every failure into one sentence and an exit code (README, "Exit codes")."""
    # SIGTERM ends a command as Ctrl-C does: in order, with nothing left running. The parts that have their own way (gateway, worker, relay) replace this.
    signal.signal(signal.SIGTERM, _interrupt)
    code: int
    try:
        _log_to_stderr()
        code = app(standalone_mode=False) or Exit.OK
    except CliError as error:
        print(f"storyfarm: {error.message}", file=sys.stderr)
        code = error.code
    except SettingsError as error:
        print(f"storyfarm: {error}", file=sys.stderr)
        code = Exit.BAD_INPUT
    except (typer.Exit, SystemExit) as ended:
        code = int(getattr(ended, "exit_code", getattr(ended, "code", 0)) or 0)
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = Exit.UNEXPECTED
    except Exception as error:
        code = _usage_or_unexpected(error)
    sys.exit(int(code))


def _log_to_stderr() -> None:
    """The parts of a farm log what they do, as JSON lines unless a person watches; the commands of a person only what goes wrong."""
    from farm import logs

    part = len(sys.argv) > 1 and sys.argv[1] in ("gateway", "worker", "relay")
    logs.set_up(level="INFO" if part else "WARNING", human=sys.stderr.isatty())


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _usage_or_unexpected(error: Exception) -> Exit:
    # Typer carries its own copy of click: both of its usage errors and aborts are known by what they offer.
    if type(error).__name__ == "Abort":
        return Exit.INTERRUPTED
    if callable(show := getattr(error, "show", None)):
        show()
        return Exit.BAD_INPUT
    import structlog

    structlog.get_logger().error("the command failed unexpectedly", error=repr(error), exc_info=error)
    print(f"storyfarm: failed unexpectedly: {type(error).__name__}: {error}. This is a defect; the log above says where", file=sys.stderr)
    return Exit.UNEXPECTED


def _home(home: Path | None) -> Path:
    return (home or Path(os.environ.get("STORYFARM_HOME") or ".storyfarm")).absolute()

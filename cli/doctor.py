"""`storyfarm doctor`: what this machine has, which engines can run here, what is missing and how to get it."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import sys
import sysconfig
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from cli import valkey
from cli.errors import Exit
from farm import catalog as catalogs
from farm.settings import Settings, SettingsError


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `ok`, `missing` (something cannot work without it) or `optional` (not there, and not needed by default)."""

    what: str
    state: Literal["ok", "missing", "optional"]
    detail: str


def examine(*, as_json: bool) -> Exit:
    """Print the findings; Exit.MACHINE when something that the default needs is missing."""
    findings = [*_programs(), *_services(), *_engines()]
    if as_json:
        print(json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=1))
    else:
        _show(findings)
    return Exit.MACHINE if any(finding.state == "missing" for finding in findings) else Exit.OK


def _programs() -> list[Finding]:
    found = [Finding("Python", "ok", f"{platform.python_version()} at {sys.executable}, {platform.system()} {platform.machine()}")]
    server = valkey.server()
    found.append(
        Finding("Valkey server (embedded queue)", "ok", str(server))
        if server
        else Finding("Valkey server (embedded queue)", "missing", "install valkey-server or redis-server: no wheel for this machine")
    )
    try:
        import imageio_ffmpeg

        found.append(Finding("ffmpeg", "ok", f"{imageio_ffmpeg.get_ffmpeg_version()} at {imageio_ffmpeg.get_ffmpeg_exe()}"))
    except (ImportError, RuntimeError) as error:
        found.append(Finding("ffmpeg", "missing", f"{error}; install the package imageio-ffmpeg, or set IMAGEIO_FFMPEG_EXE to a program"))
    espeak = shutil.which("espeak-ng")
    found.append(Finding("espeak-ng (voices of other languages)", "ok" if espeak else "optional", espeak or "not installed; apt-get install espeak-ng"))
    found += [_package(name, extra) for name, extra in (("torch", "gpu"), ("diffusers", "gpu"), ("transformers", "gpu"))]
    found += [_cuda(), _compiler()]
    found += _memory()
    return found


def _package(name: str, extra: str) -> Finding:
    try:
        return Finding(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "optional", f"not installed; diffusion models need it: pip install 'storyfarm[{extra}]'")


def _cuda() -> Finding:
    what = "CUDA device"
    try:
        import torch
    except ImportError:
        return Finding(what, "optional", "cannot be asked without torch")
    if not torch.cuda.is_available():
        from pipelines import driver

        return Finding(what, "optional", f"none can be used: {driver.lacking()}; models with device: cuda cannot run here")
    from workers.health import cuda_devices

    return Finding(what, "ok", ", ".join(f"{device.name} {device.title}: {device.memory_gb:g} GB" for device in cuda_devices()))


def _compiler() -> Finding:
    """What torch.compile builds the starters of its kernels with (triton/runtime/build.py): a C compiler and Python's headers."""
    what = "C compiler (speed: compile)"
    program = os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang")
    if program is None:
        return Finding(what, "optional", "not installed; models with speed.compile need it: apt-get install g++ libc6-dev")
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").is_file():
        return Finding(what, "optional", f"{program}, but Python's headers are not here; models with speed.compile need them: apt-get install python3-dev")
    return Finding(what, "ok", program)


def _memory() -> list[Finding]:
    """How much models may take of each device, and of the machine when they have to leave it."""
    from workers.health import cuda_devices, describe

    try:
        found = [describe("cpu"), *cuda_devices()]
        return [
            Finding(f"memory for models on {device.name}", "ok", f"{device.budget_gb:g} of {device.memory_gb:g} GB, {device.parked_gb:g} GB for parked ones")
            for device in found
        ]
    except ValueError as error:
        return [Finding("memory for models", "missing", str(error))]


def _services() -> list[Finding]:
    """Services that the environment names; an embedded farm has its own."""
    found = []
    if url := os.environ.get("STORYFARM_DATABASE_URL"):
        found.append(_database(url))
    if url := os.environ.get("STORYFARM_REDIS_URL"):
        found.append(_redis(url))
    return found


def _database(url: str) -> Finding:
    import sqlalchemy

    try:
        shown = sqlalchemy.make_url(url).render_as_string(hide_password=True)
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("select 1"))
        return Finding("database", "ok", shown)
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        return Finding("database", "missing", f"STORYFARM_DATABASE_URL: {str(error).splitlines()[0]}")


def _redis(url: str) -> Finding:
    import redis

    try:
        redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3).ping()
        return Finding("queue", "ok", "STORYFARM_REDIS_URL answers")
    except (redis.RedisError, ValueError) as error:
        return Finding("queue", "missing", f"STORYFARM_REDIS_URL: {error}")


def _engines() -> list[Finding]:
    from cli.models import missing

    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        return [Finding("settings", "missing", str(error))]
    try:
        catalog = catalogs.load(settings.models)
    except catalogs.CatalogError as error:
        return [Finding("models.yaml", "missing", str(error))]
    found = [Finding("models.yaml", "ok", f"{settings.models}: {len(catalog.models)} models, profile {settings.profile!r}")]
    profile = catalog.profiles.get(settings.profile)
    needed = set(profile.models.values()) if profile else set()
    if profile is None:
        found.append(Finding("profile", "missing", f"STORYFARM_PROFILE={settings.profile!r}: models.yaml has {', '.join(sorted(catalog.profiles))}"))
    for model in catalog.models.values():
        what = f"model {model.name} ({', '.join(model.tasks)})"
        lacks = missing(model)
        if lacks:
            found.append(Finding(what, "missing" if model.name in needed else "optional", " ".join(lacks)))
        else:
            found.append(Finding(what, "ok", f"{model.title or model.engine}; licence {model.licence}"))
    return found


def _show(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table

    marks = {"ok": "[green]ok[/]", "missing": "[bold red]missing[/]", "optional": "[yellow]not here[/]"}
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "detail"):
        table.add_column(heading, overflow="fold")
    from rich.markup import escape

    others = [finding for finding in findings if finding.state == "optional" and finding.what.startswith("model ")]
    for finding in findings:
        if finding in others:
            continue
        table.add_row(marks[finding.state], escape(finding.what), escape(finding.detail))
    if others:
        table.add_row(marks["optional"], f"{len(others)} more models", "none that the profile needs; `storyfarm models list` says what each lacks")
    Console().print(table)

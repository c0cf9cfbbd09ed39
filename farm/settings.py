"""Settings of a process, from STORYFARM_* variables."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import SplitResult, quote, urlsplit

_RATE = re.compile(r"\s*0*[1-9]\d{0,8}/0*[1-9]\d{0,8}\s*(,\s*0*[1-9]\d{0,8}/0*[1-9]\d{0,8}\s*)*\Z")
_ENGINE = re.compile(r"([A-Za-z0-9][\w.-]*)\s*=\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*)\Z")
_VARIABLE = re.compile(r"[A-Za-z_]\w*\Z")
_PASSWORD = re.compile(r"(//[^/@:]*):.*@")
RATES = {
    "general": ("STORYFARM_RATE", "10/1"),
    "generation": ("STORYFARM_RATE_GENERATION", "2/1,60/3600"),
    "sign-in": ("STORYFARM_RATE_SIGN_IN", "10/60,100/3600"),
}
"""Classes of routes, and the variable and default that limit each."""
LONGEST_GRACE_SECONDS = 60.0
"""An answer held longer is taken for lost by callers and balancers."""
SHORTEST_SECRET = 16


class SettingsError(ValueError):
    """A setting has a value that cannot be meant; the message names variable, value (never a password) and remedy."""


@dataclass(frozen=True)
class Settings:
    """Where a process finds the database, the queue, the artifacts and the models, and what it may do there."""

    home: Path
    """Folder of an embedded farm: database, artifacts, logs, sockets (STORYFARM_HOME, default .storyfarm)."""
    database_url: str
    """SQLAlchemy address (STORYFARM_DATABASE_URL, default SQLite under the home)."""
    redis_url: str
    """Redis address (STORYFARM_REDIS_URL, default the embedded server's socket under the home)."""
    artifacts_url: str
    """Folder or s3:// address of the artifacts (STORYFARM_ARTIFACTS_URL, default a folder under the home)."""
    artifacts_redirect: bool
    """Whether downloads are sent on to the storage's own presigned addresses, where it has them (STORYFARM_ARTIFACTS_REDIRECT, default no)."""
    public_url: str
    """How the world reaches the gateway; absolute links start with it (STORYFARM_PUBLIC_URL). Empty: as the request came."""
    secret: str = field(repr=False)
    """Signs artifact addresses and sessions (STORYFARM_SECRET); the embedded farm makes one in its home."""
    models: Path
    """models.yaml (STORYFARM_MODELS, default the one beside the packages)."""
    profile: str
    """Profile of models.yaml that serves requests which name no model (STORYFARM_PROFILE, default embedded)."""
    rates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({name: default for name, (_, default) in RATES.items()}))
    """Requests a key may make, by class of route: count/seconds, several with commas (STORYFARM_RATE, _RATE_GENERATION, _RATE_SIGN_IN)."""
    enhance_grace: float = 2.0
    """Seconds that a create request is held for its enhanced script (STORYFARM_ENHANCE_GRACE)."""
    engines: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The operator's own engines by name, each module:Class (STORYFARM_ENGINES)."""
    models_gb: float | None = None
    """Memory of a worker's device that models may take, in GB (STORYFARM_MODELS_GB). None: by the device."""
    parked_gb: float | None = None
    """Memory of the machine for models that had to leave the device, in GB (STORYFARM_PARKED_GB). None: by the machine."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> Settings:
        """Read the settings; `home` overrides STORYFARM_HOME. Empty variables count as unset.

        Raises SettingsError for the first that cannot be used.
        """
        env = os.environ if environment is None else environment
        base = (home or Path(env.get("STORYFARM_HOME") or ".storyfarm")).absolute()
        beside = Path(__file__).resolve().parent.parent / "models.yaml"
        default_models = beside if beside.exists() else Path(sys.prefix) / "share" / "storyfarm" / "models.yaml"  # where a wheel puts it
        slot_variables(env)
        return cls(
            home=base,
            database_url=_database(env) or f"sqlite:///{quote(str(base / 'farm.db'))}",
            redis_url=_redis(env) or unix_url(base / "redis.sock"),
            artifacts_url=_artifacts(env) or f"file://{quote(str(base / 'artifacts'))}",
            artifacts_redirect=_yes(env, "STORYFARM_ARTIFACTS_REDIRECT"),
            public_url=_public(env),
            secret=_secret(env),
            models=Path(env.get("STORYFARM_MODELS") or default_models),
            profile=env.get("STORYFARM_PROFILE") or "embedded",
            rates=MappingProxyType({name: _rate(env, variable, default) for name, (variable, default) in RATES.items()}),
            enhance_grace=_grace(env),
            engines=MappingProxyType(engines(env)),
            models_gb=gigabytes("STORYFARM_MODELS_GB", env),
            parked_gb=gigabytes("STORYFARM_PARKED_GB", env),
        )


def unix_url(socket: Path) -> str:
    """The Redis address of a server that listens on `socket`, whatever characters its path has."""
    return f"unix://{quote(str(socket))}"


def gigabytes(variable: str, environment: Mapping[str, str] | None = None) -> float | None:
    """The amount of memory that `variable` says, in GB; None where it says nothing.

    Raises SettingsError for what is no amount.
    """
    text = (os.environ if environment is None else environment).get(variable, "").strip()
    if not text:
        return None
    amount = _number(text)
    if amount is None or amount < 0:
        raise SettingsError(f"{variable} is {text!r}; it must be an amount of memory in GB, like 20 or 0.5")
    return amount


def engines(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The engines that the operator adds: STORYFARM_ENGINES="name=module:Class,name=module:Class".

    Raises SettingsError for an entry that is not of that form.
    """
    found = {}
    for entry in _words("STORYFARM_ENGINES", os.environ if environment is None else environment):
        said = _ENGINE.match(entry)
        if said is None:
            raise SettingsError(f"STORYFARM_ENGINES has {entry!r}; each entry must read name=module:Class, several with commas between them")
        found[said[1]] = said[2]
    return found


def slot_variables(environment: Mapping[str, str]) -> frozenset[str]:
    """Names of the variables that a slot may see besides the harmless ones (STORYFARM_SLOT_ENV).

    Raises SettingsError for what is no name of a variable.
    """
    names = _words("STORYFARM_SLOT_ENV", environment)
    for name in names:
        if not _VARIABLE.match(name):
            shown = name.partition("=")[0][:40]  # not what follows it: that may be a key
            raise SettingsError(f"STORYFARM_SLOT_ENV has an entry {shown!r} that is no variable's name; list names without values: HTTPS_PROXY,HF_TOKEN")
    return frozenset(names)


def _words(variable: str, env: Mapping[str, str]) -> list[str]:
    return [part for part in (one.strip() for one in env.get(variable, "").split(",")) if part]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _yes(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value not in ("", "yes", "no"):
        raise SettingsError(f"{name} is {value!r}; say yes or no")
    return value == "yes"


def _rate(env: Mapping[str, str], variable: str, default: str) -> str:
    text = env.get(variable, "").strip()
    if text and not _RATE.match(text):
        raise SettingsError(f"{variable} is {text!r}; write requests/seconds, several with commas, such as {default}")
    return text or default


def _grace(env: Mapping[str, str]) -> float:
    text = env.get("STORYFARM_ENHANCE_GRACE", "").strip()
    seconds = _number(text) if text else 2.0
    if seconds is None or not 0 <= seconds <= LONGEST_GRACE_SECONDS:
        raise SettingsError(f"STORYFARM_ENHANCE_GRACE is {text!r}; it must be a number of seconds from 0 to {LONGEST_GRACE_SECONDS:g}")
    return seconds


def _secret(env: Mapping[str, str]) -> str:
    secret = env.get("STORYFARM_SECRET") or ""
    if secret and len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"STORYFARM_SECRET has {len(secret)} characters: addresses signed with it could be guessed. "
            f"Take {SHORTEST_SECRET} random characters or more, such as `openssl rand -hex 32` prints"
        )
    return secret


def _database(env: Mapping[str, str]) -> str:
    url = (env.get("STORYFARM_DATABASE_URL") or "").strip()
    if url and not re.match(r"(sqlite|postgres(ql)?(\+psycopg)?)://", url):
        raise SettingsError(
            f"STORYFARM_DATABASE_URL is {shown(url)!r}; write postgresql+psycopg://user:password@host/name, or sqlite:////folder/farm.db on one machine"
        )
    return url


def _redis(env: Mapping[str, str]) -> str:
    url = (env.get("STORYFARM_REDIS_URL") or "").strip()
    if url:
        parts = _split("STORYFARM_REDIS_URL", url, _REDIS_LOOKS)
        socket = parts.path.startswith("/") and parts.netloc[-1:] in ("", "@")
        named = socket if parts.scheme == "unix" else parts.hostname and re.fullmatch(r"(/\d*)?", parts.path)
        if parts.scheme not in ("redis", "rediss", "unix") or not named:
            raise SettingsError(f"STORYFARM_REDIS_URL is {shown(url)!r}; {_REDIS_LOOKS}")
    return url


def _artifacts(env: Mapping[str, str]) -> str:
    url = (env.get("STORYFARM_ARTIFACTS_URL") or "").strip()
    if url:
        check_artifacts(url)
    return url


def check_artifacts(url: str) -> None:
    """Raises SettingsError for an address of artifacts that is neither a folder nor a bucket."""
    parts = _split("STORYFARM_ARTIFACTS_URL", url, _ARTIFACTS_LOOK)
    folder = parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.startswith("/")
    if not folder and not (parts.scheme == "s3" and parts.netloc):
        raise SettingsError(f"STORYFARM_ARTIFACTS_URL is {shown(url)!r}; {_ARTIFACTS_LOOK}")


def _public(env: Mapping[str, str]) -> str:
    url = (env.get("STORYFARM_PUBLIC_URL") or "").strip().rstrip("/")
    if url:
        parts = _split("STORYFARM_PUBLIC_URL", url, _PUBLIC_LOOKS)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username is not None:
            raise SettingsError(f"STORYFARM_PUBLIC_URL is {shown(url)!r}; {_PUBLIC_LOOKS}")
    return url


_REDIS_LOOKS = "write redis://host:6379/0, rediss://user:password@host:6379/0 or unix:///folder/redis.sock"
_ARTIFACTS_LOOK = "write file:///a/folder or s3://bucket/prefix"
_PUBLIC_LOOKS = "write the address that callers use, such as https://farm.example.org"


def _split(variable: str, url: str, looks: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname  # both are looked at only when they are asked for
    except ValueError:
        raise SettingsError(f"{variable} is {shown(url)!r}; {looks}") from None
    return parts


def shown(url: str) -> str:
    """For messages: the address without its password, and not longer than a line."""
    return _PASSWORD.sub(r"\1:***@", url)[:200]

"""Settings of a process, from STORYFARM_* variables."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where a process finds the database, the queue, the artifacts and the models."""

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

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, *, home: Path | None = None) -> Settings:
        """Read the settings; `home` overrides STORYFARM_HOME."""
        env = os.environ if environment is None else environment
        base = (home or Path(env.get("STORYFARM_HOME") or ".storyfarm")).absolute()
        beside = Path(__file__).resolve().parent.parent / "models.yaml"
        default_models = beside if beside.exists() else Path(sys.prefix) / "share" / "storyfarm" / "models.yaml"  # where a wheel puts it
        return cls(
            home=base,
            database_url=env.get("STORYFARM_DATABASE_URL") or f"sqlite:///{base / 'farm.db'}",
            redis_url=env.get("STORYFARM_REDIS_URL") or f"unix://{base / 'redis.sock'}",
            artifacts_url=env.get("STORYFARM_ARTIFACTS_URL") or f"file://{base / 'artifacts'}",
            artifacts_redirect=_yes(env, "STORYFARM_ARTIFACTS_REDIRECT"),
            public_url=(env.get("STORYFARM_PUBLIC_URL") or "").rstrip("/"),
            secret=env.get("STORYFARM_SECRET") or "",
            models=Path(env.get("STORYFARM_MODELS") or default_models),
            profile=env.get("STORYFARM_PROFILE") or "embedded",
        )


def _yes(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value not in ("", "yes", "no"):
        raise ValueError(f"{name} is {value!r}; say yes or no")
    return value == "yes"

"""The hand-written YAML tables of this folder, read with libyaml where it is there (ten times as fast)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read(name: str) -> Any:
    """The table `name`.yaml beside this file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)

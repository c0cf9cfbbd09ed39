"""The named looks that every farm has, from styles.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from farm.types import Style

DEFAULT = "storybook"
_FILE = Path(__file__).with_name("styles.yaml")


@cache
def builtin() -> dict[str, Style]:
    """The built-in styles by slug, in the order of the file."""
    raw = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {slug: Style.model_validate({"slug": slug, **entry}) for slug, entry in raw.items()}


def find(name: str, more: tuple[Style, ...] = ()) -> Style | None:
    """The style whose slug or name is `name`, whatever its case; `more` (a team's own) come first; None where there is none."""
    wanted = " ".join(name.split()).casefold()
    for style in (*more, *builtin().values()):
        if wanted in (style.slug.casefold(), style.name.casefold(), style.slug.replace("-", " ").casefold()):
            return style
    return None

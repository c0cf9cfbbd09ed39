"""Light, time and weather: the sky's colours, where the sun stands, and what they do to the colour of things."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipelines.illustrator.color import LUMA, Floats, Rgb, lighter, luma, mix, rgb
from pipelines.illustrator.look import Look


@dataclass(frozen=True)
class Light:
    """What lights a picture. Colours are sRGB floats; positions are fractions of the picture."""

    time: str
    weather: str
    indoors: bool
    zenith: Rgb
    middle: Rgb
    horizon: Rgb
    sun: Rgb  # colour of the sun or the moon
    sun_x: float
    sun_up: float  # height above the horizon as a fraction of the sky
    ambient: Rgb  # things' colours are multiplied by this
    haze: Rgb
    thickness: float  # how much haze the farthest things get
    lamps: float  # 0 by day to 1 by night
    stars: float
    shadow: float  # strength of cast shadows
    length: float  # length of cast shadows in heights of what casts them
    gray: float  # how much colour the weather takes away

    def shade(self, colors: Floats, air: float) -> Floats:
        """Light things' own colours seen through `air` (0 near to 1 far): array (n, 3) to array (n, 3)."""
        lit = colors * np.array(self.ambient, np.float32)
        if self.gray:
            lit = lit + ((lit @ LUMA)[..., None] - lit) * self.gray
        share = min(0.93, air * self.thickness)
        return lit * (1 - share) + np.array(self.haze, np.float32) * share

    @property
    def side(self) -> int:
        """Where the light comes from: -1 left, 1 right."""
        return 1 if self.sun_x >= 0.5 else -1


def _sky(zenith: str, middle: str, horizon: str, sun: str, haze: str, ambient: Rgb, **rest: float) -> dict[str, object]:
    return {"zenith": rgb(zenith), "middle": rgb(middle), "horizon": rgb(horizon), "sun": rgb(sun), "haze": rgb(haze), "ambient": ambient, **rest}


TIMES: dict[str, dict[str, object]] = {
    "dawn": _sky(
        "#5a6fae", "#e0a9b4", "#ffe0b0", "#fff0c8", "#efc6bb", (0.88, 0.8, 0.87), sun_x=0.27, sun_up=0.12, lamps=0.35, stars=0.12, shadow=0.25, length=2.2
    ),
    "morning": _sky(
        "#62a8dd", "#a5d3ee", "#eef3df", "#fff6d8", "#cfe3ea", (1.0, 0.98, 0.93), sun_x=0.22, sun_up=0.5, lamps=0.0, stars=0.0, shadow=0.3, length=1.1
    ),
    "day": _sky("#3b8ad2", "#7fbdea", "#d8eef4", "#fffbe6", "#c3dff0", (1.0, 1.0, 1.0), sun_x=0.74, sun_up=0.8, lamps=0.0, stars=0.0, shadow=0.34, length=0.5),
    "afternoon": _sky(
        "#4889c8", "#98c2dd", "#f6e6c0", "#fff1c4", "#e0dcc6", (1.02, 0.97, 0.87), sun_x=0.8, sun_up=0.46, lamps=0.0, stars=0.0, shadow=0.34, length=1.2
    ),
    "sunset": _sky(
        "#39386f", "#c4567a", "#ffb75e", "#fff0b8", "#e38b72", (0.96, 0.74, 0.66), sun_x=0.66, sun_up=0.13, lamps=0.45, stars=0.06, shadow=0.42, length=2.6
    ),
    "dusk": _sky(
        "#1e2553", "#5d4c88", "#e0928a", "#ffd9b0", "#77659a", (0.6, 0.56, 0.76), sun_x=0.3, sun_up=0.03, lamps=0.85, stars=0.4, shadow=0.2, length=2.0
    ),
    "night": _sky(
        "#081029", "#16264f", "#33507f", "#f2f3e2", "#29406c", (0.36, 0.45, 0.7), sun_x=0.72, sun_up=0.68, lamps=1.0, stars=1.0, shadow=0.22, length=0.9
    ),
}

GREYS = {"cloudy": "#b9c1c9", "rain": "#7f8b98", "storm": "#4b5563", "snow": "#c6ccd8", "fog": "#ced2d2"}
WEATHER: dict[str, tuple[float, float, float, float, float]] = {
    # weather: share of grey in the sky, dimming, colour taken away, haze thickness, share of shadows left
    "clear": (0.0, 1.0, 0.0, 0.72, 1.0),
    "wind": (0.12, 0.98, 0.04, 0.66, 0.9),
    "cloudy": (0.62, 0.92, 0.14, 0.74, 0.45),
    "rain": (0.78, 0.76, 0.3, 0.86, 0.2),
    "storm": (0.88, 0.62, 0.36, 0.82, 0.15),
    "snow": (0.6, 0.95, 0.2, 0.84, 0.35),
    "fog": (0.72, 0.94, 0.38, 1.08, 0.15),
}


def light_of(time: str, weather: str, indoors: bool, look: Look, lighting: str = "") -> Light:
    """The light of a scene; an unknown time or weather counts as a clear day."""
    time, weather = (time if time in TIMES else "day"), (weather if weather in WEATHER else "clear")
    if look.technique == "golden" and time in ("day", "morning", "afternoon"):
        time = "sunset" if time == "afternoon" else "afternoon"
    base = TIMES[time]
    grey_share, dim, gray, thickness, shadows = WEATHER[weather]
    light = Light(time=time, weather=weather, indoors=indoors, thickness=thickness, gray=gray, **base)  # type: ignore[arg-type]
    if grey_share:
        level = 0.18 + 0.82 * luma(light.middle)
        grey = mix(tuple(part * level for part in rgb(GREYS.get(weather, "#aab6c2"))), light.middle, 0.25)  # type: ignore[arg-type]
        light = replace(
            light,
            zenith=mix(light.zenith, lighter(grey, -0.18), grey_share),
            middle=mix(light.middle, grey, grey_share),
            horizon=mix(light.horizon, lighter(grey, 0.16), grey_share * 0.9),
            haze=mix(light.haze, lighter(grey, 0.08), grey_share * 0.85),
        )
    light = replace(light, ambient=tuple(part * dim for part in light.ambient), shadow=light.shadow * shadows)  # type: ignore[arg-type]
    light = replace(light, thickness=light.thickness * (1 + 0.8 * look.haze), stars=light.stars * (1 - grey_share))
    if look.technique == "neon":
        light = replace(light, lamps=max(light.lamps, 0.75), haze=mix(light.haze, rgb("#7a2fa8"), 0.4), horizon=mix(light.horizon, rgb("#ff4fa3"), 0.35))
        light = replace(light, zenith=mix(light.zenith, rgb("#120a3a"), 0.55), middle=mix(light.middle, rgb("#4a1f86"), 0.45))
    elif look.technique == "golden" and weather in ("clear", "wind", "cloudy") and time != "night":
        light = replace(light, haze=mix(light.haze, rgb("#ffc27a"), 0.4), thickness=light.thickness * 1.15, horizon=mix(light.horizon, rgb("#ffd08a"), 0.4))
    if indoors:
        warm = (0.98, 0.93, 0.86) if light.lamps < 0.4 else (0.8, 0.66, 0.54)
        if any(word in lighting.lower() for word in ("dark", "dim", "candle", "moon", "shadow")):
            warm = (0.66, 0.56, 0.52)
        if look.technique == "noir" and light.lamps >= 0.4:
            warm = tuple(part * 1.22 for part in warm)  # type: ignore[assignment]  # the grade darkens what is dim already
        light = replace(light, ambient=warm, haze=mix((0.2, 0.16, 0.16), warm, 0.55), thickness=0.3, gray=gray * 0.3)
    return light

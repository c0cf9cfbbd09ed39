"""Whether a screenplay is what was ordered: its length, its language, who must be in it, what a painter can use. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from farm import timing
from farm.specs import WriteSpec
from farm.types import Screenplay, Shot
from pipelines.language import lengths, tongues
from pipelines.language.cutting import MOST_SHOTS, QUIET, Piece
from pipelines.language.reading import plain

QUIET_KINDS = {"music_video": 0.45}
"""How much of what could be spoken is, in kinds of film that leave room for pictures."""
NEAR = 0.1  # no film is further from its order, where the model can do it
HEARD = 0.35  # a script that somebody has heard already is not told anew for less
FAR = 0.6  # of what was ordered: what is further off is no film of that order
LONGEST_SPOKEN = 13.0  # seconds of narration over one picture
LONGEST_STAND = {"music_video": 2.6}
STAND = 1.35  # a picture stands at most so many times as long as its narration wants
FEWEST_PICTURE_WORDS = 4


@dataclass(frozen=True)
class Judged:
    """What is to be mended, in words for the model; `unfit`: a film of it is not the one that was ordered. `off`: how bad it is, 0 is good."""

    complaints: tuple[str, ...] = ()
    unfit: bool = False
    off: float = 0.0


def budget(spec: WriteSpec) -> tuple[int, int]:
    """How many shots a film of the length ordered has, and how many words (or characters, `lengths.rate`) are told in it."""
    shots = max(1, min(MOST_SHOTS, round((target(spec) - timing.TITLE_SECONDS) / timing.SHOT_SECONDS)))
    spoken = (target(spec) - timing.TITLE_SECONDS) + shots * (timing.TRANSITION_FRAMES / 24 - QUIET)
    rate, _ = lengths.rate(spec.locale)
    return shots, max(shots * 4, round(spoken * rate * QUIET_KINDS.get(spec.content_type, 1.0)))


def target(spec: WriteSpec) -> float:
    """How long the film is to be, in seconds: what was ordered, or what the spoken seconds make where a caller gave those alone."""
    if abs(timing.speech_seconds(spec.seconds) - spec.speech_seconds) < 0.5:
        return spec.seconds
    return timing.film_seconds(spec.speech_seconds)


def seconds(play: Screenplay) -> float:
    """How long the film of a screenplay is, in seconds, with a narrator of the usual pace."""
    return lengths.film(lengths.shot(shot.narration, shot.seconds) for shot in play.shots)


def stretched(play: Screenplay, spec: WriteSpec) -> Screenplay:
    """The screenplay with its pictures standing longer, each in proportion, where the film would else be shorter than ordered."""
    own = [lengths.shot(shot.narration, shot.seconds) for shot in play.shots]
    missing = target(spec) - lengths.film(own)
    if missing <= 0.05:
        return play
    factor = min(LONGEST_STAND.get(spec.content_type, STAND), 1 + missing / sum(own))
    shots = tuple(shot.model_copy(update={"seconds": round(one * factor, 2)}) for shot, one in zip(play.shots, own, strict=True))
    return play.model_copy(update={"shots": shots})


def judge(play: Screenplay, spec: WriteSpec, *, own: Sequence[Piece] | None = None) -> Judged:
    """What a model should mend in its screenplay; `own`: the narration is the caller's script and is not its to change."""
    complaints: list[str] = []
    unfit, off = False, 0.0
    if own is None:
        ordered, made = target(spec), seconds(stretched(play, spec))
        if abs(made / ordered - 1) > (HEARD if spec.script_only else NEAR):
            off += abs(made / ordered - 1)
            unfit = not 1 - FAR < made / ordered < 1 + FAR
            complaints.append(_length(play, spec, made, ordered))
        complaints += [
            f"The narration of shot {shot.index + 1} takes about {lengths.spoken(shot.narration):.0f} s to speak; {LONGEST_SPOKEN:.0f} s are the most over one "
            "picture: make two shots of it."
            for shot in play.shots
            if lengths.spoken(shot.narration) > LONGEST_SPOKEN
        ][:2]
        if not tongues.speaks([shot.narration for shot in play.shots], spec.locale):
            off, unfit = off + 2, True
            complaints.append(f"The narration is not in the film's language: write every narration and the title in {tongues.called(spec.locale)}.")
        complaints += _repeated(play.shots) if spec.content_type != "music_video" else []
    if not spec.script_only:
        complaints += _absent(play, spec) + _unheard(play, own or ()) + _unpaintable(play)
    return Judged(tuple(complaints[:6]), unfit, off + 0.02 * len(complaints))


def _length(play: Screenplay, spec: WriteSpec, made: float, ordered: float) -> str:
    shots, words = budget(spec)
    there, unit = lengths.count((shot.narration for shot in play.shots), spec.locale), lengths.rate(spec.locale)[1]
    turn = "shorten or leave out shots" if made > ordered else "tell more, in more shots"
    return (
        f"The film would last about {made:.0f} s; {ordered:.0f} s are ordered. It has {len(play.shots)} shots and its narrations have {there} {unit} together; "
        f"{turn}, to about {shots} shots and {words} {unit}."
    )


def _repeated(shots: Sequence[Shot]) -> list[str]:
    told = Counter(plain(shot.narration) for shot in shots if len(shot.narration) > 12)
    again = [text for text, count in told.items() if count > 1]
    return [f"Several shots say the same ({again[0][:80]!r}): every shot must tell something new."] if again else []


def _absent(play: Screenplay, spec: WriteSpec) -> list[str]:
    there = {
        "character": [one.name for one in play.characters],
        "place": [name for one in play.scenes for name in (one.title, one.place)],
        "thing": [one.name for one in play.items],
    }
    wanted = (("character", spec.characters), ("place", spec.locations), ("thing", spec.elements))
    return [
        f"The {what} {hint.name!r} was asked for and is not among them: add it under exactly this name, and show it."
        for what, hints in wanted
        for hint in hints
        if not any(plain(hint.name) in plain(name) or (name and plain(name) in plain(hint.name)) for name in there[what])
    ]


def _unheard(play: Screenplay, own: Sequence[Piece]) -> list[str]:
    missing = dict.fromkeys(piece.speaker for shot, piece in zip(play.shots, own, strict=False) if piece.speaker and not shot.speaker)
    return [f"{name} speaks in the script and is not among the characters: add them under this name." for name in missing]


def _unpaintable(play: Screenplay) -> list[str]:
    found = []
    for shot in play.shots:
        if not (tongues.latin(shot.picture_prompt) and tongues.latin(shot.motion_prompt)):
            found.append(f"The picture_prompt and motion_prompt of shot {shot.index + 1} must be in English.")
        elif len(shot.picture_prompt.split()) < FEWEST_PICTURE_WORDS:
            found.append(f"The picture_prompt of shot {shot.index + 1} is {shot.picture_prompt!r}: say who does what where, in 15 to 35 English words.")
    described = [(who.name, who.description) for who in play.characters] + [(what.name, what.description) for what in play.items]
    described += [(where.title, where.description) for where in play.scenes]
    found += [f"The description of {name!r} must be in English." for name, description in described if not tongues.latin(description)]
    return found[:3]

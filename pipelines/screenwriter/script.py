"""Cuts a script into shots and keeps its own words, all of them and in order; finds who, where and what by the parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from farm.specs import WriteSpec
from farm.types import Character, Item, Scene, Screenplay, Shot
from pipelines.screenwriter import grammar, lexicon, pace, words
from pipelines.screenwriter.cast import part
from pipelines.screenwriter.condense import condensed
from pipelines.screenwriter.fit import stretched, target
from pipelines.screenwriter.names import gender_of
from pipelines.screenwriter.pieces import Piece, chunks, pieces_of
from pipelines.screenwriter.premise import Being, Place
from pipelines.screenwriter.stage import Set, shoot
from pipelines.screenwriter.titles import headline
from pipelines.screenwriter.weave import Beat

_PREPS = lexicon.listing("preps")
_PARSED = 700  # shots that are parsed; what comes after is read by names alone
_CAST = 12
BRIDGE_AFTER = 25.0  # seconds of a script's own words between two lines of the format's


@dataclass
class _Cast:
    """Who is in a script, as it is found."""

    counts: Counter[str] = field(default_factory=Counter)
    beings: dict[str, Being] = field(default_factory=dict)
    pronouns: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, key: str, being: Being) -> None:
        """Counts one mention; the first with most words decides what it is."""
        self.counts[key] += 1
        if key not in self.beings or (being.noun and not self.beings[key].noun):
            self.beings[key] = being


@dataclass(frozen=True)
class Line(Beat):
    """A beat that one of the characters says, as the script's cue has it."""

    speaker: str = ""  # as `who`


def screenplay_of(spec: WriteSpec, text: str, step: Callable[[int, int, str], None]) -> Screenplay:
    """The script as a screenplay; with `spec.expand` the places' senses are woven in between its own sentences."""
    random = Random(spec.seed)
    if spec.expand:
        text = _condensed(spec, text)
    pieces = _framed(spec, pieces_of(text), random)
    beats: list[tuple[str, Piece]] = []
    for piece in pieces:
        for number, chunk in enumerate(chunks(piece.text)):
            beats.append((chunk, piece if number == 0 else replace(piece, slug=None)))
    step(2, 5, f"{len(beats)} shots cut")
    nlp = grammar.parser()
    docs: list[Any] = []
    for doc in nlp.pipe((chunk for chunk, _ in beats[:_PARSED]), batch_size=64):
        docs.append(doc)
        if len(docs) % 100 == 0:
            step(2, 5, f"{len(docs)} of {len(beats)} shots read")
    cast_ = _people(docs, beats)
    characters, calls = _characters(spec, cast_, random)
    items = _things(spec, docs, len(beats))
    step(3, 5, f"{len(characters)} characters found")
    told, sets = _places(beats, docs, calls, spec)
    if spec.expand:
        told, sets = _enriched(told, sets, spec.speech_seconds, random, framed="script" in lexicon.table("forms").get(spec.content_type, {}))
    scenes: list[Scene] = []
    shots: list[Shot] = []
    known: dict[str, Any] = {}
    start = 0
    while start < len(told):  # one run of shots in one set at a time
        end = start
        while end < len(told) and sets[end] == sets[start]:
            end += 1
        some_scenes, some = shoot(
            told[start:end], sets[start], characters, items, calls, "", random, docs=docs if not spec.expand else None, offset=start, parsed=_PARSED
        )
        for scene in some_scenes:
            known.setdefault(scene.key, scene)
        for beat, shot in zip(told[start:end], some, strict=True):
            shots.append(shot.model_copy(update={"index": len(shots), **_said(beat, shot, characters)}))
        start = end
    scenes = list(known.values())
    step(4, 5, f"{len(shots)} shots staged")
    used = {key for shot in shots for key in shot.items}
    seen = {key for shot in shots for key in shot.characters} | {c.key for c in list(characters.values())[: len(spec.characters)]}
    screenplay = Screenplay(
        title=spec.title or _title(pieces, characters, scenes),
        logline=" ".join(beats[0][0].split())[:200],
        locale="en",
        mood={"news_analysis": "serious", "music_video": "lyrical", "youtube_clone": "energetic", "ad_spot": "bright"}.get(spec.content_type, ""),
        characters=tuple(c for c in characters.values() if c.key in seen),
        scenes=tuple(scenes),
        items=tuple(item for item in items if item.key in used),
        shots=tuple(stretched(shots, target(spec)) if spec.expand and _ordered(spec) else shots),
    )
    step(5, 5, "written")
    return screenplay


_USUAL = WriteSpec.model_fields["seconds"].default
_SPOTS = frozenset({"ad_spot", "music_video"})  # whose length is what makes them


def _ordered(spec: WriteSpec) -> bool:
    """Whether somebody asked for the length: a script keeps its own where nobody did."""
    return spec.length_ordered or abs(spec.seconds - _USUAL) > 0.01


def _condensed(spec: WriteSpec, text: str) -> str:
    """The text cut down to the time that was ordered, where a length was ordered or the format is a short one."""
    if spec.content_type not in _SPOTS and not _ordered(spec):
        return text
    frame = lexicon.table("forms").get(spec.content_type, {}).get("script")
    said = sum(pace.seconds(max(frame[part], key=len)) for part in ("open", "close")) if frame else 0.0
    return condensed(text, max(6.0, (spec.speech_seconds - said) * 0.95))


def _framed(spec: WriteSpec, pieces: list[Piece], random: Random) -> list[Piece]:
    """The pieces with what the format says before, between and after them; a film told in its own words has none of it."""
    frame = lexicon.table("forms").get(spec.content_type, {}).get("script")
    if not spec.expand or frame is None:
        return pieces
    bridges = random.sample(frame["bridge"], len(frame["bridge"]))
    out = [Piece(text=random.choice(frame["open"]))]
    since = 0.0
    for number, piece in enumerate(pieces):
        if since > BRIDGE_AFTER and bridges and not piece.speaker and not piece.slug and number:
            out.append(Piece(text=bridges.pop()))
            since = 0.0
        out.append(piece)
        since += pace.seconds(piece.text)
    return [*out, Piece(text=random.choice(frame["close"]))]


def _people(docs: list[Any], beats: list[tuple[str, Piece]]) -> _Cast:
    found = _Cast()
    last = ""
    for doc, (_, piece) in zip(docs, beats, strict=False):
        if piece.speaker:
            found.add(piece.speaker.lower(), Being(name=piece.speaker, kind="human", gender=gender_of(piece.speaker)))
        for token in doc:
            if token.pos_ == "PROPN" and token.ent_type_ == "PERSON" and token.dep_ != "compound" and token.text[:1].isupper() and token.text.isalpha():
                name = " ".join(t.text for t in doc[token.left_edge.i : token.i + 1] if t.pos_ == "PROPN" and t.text[:1].isupper())
                first = name.split()[0] if name else token.text
                key = first.lower() if gender_of(first) != "neutral" else token.lower_  # Nora Bell is Nora
                nouns = [t.lower_ for t in token.lefts if lexicon.listed(t.lower_)] + [
                    c.lower_ for c in token.rights if c.dep_ == "appos" and lexicon.kind_of(c.lemma_.lower()) in {"human", "animal", "robot", "creature"}
                ]
                found.add(
                    key,
                    Being(
                        name=name or token.text,
                        noun=nouns[0] if nouns else "",
                        head=nouns[0] if nouns else "",
                        kind=lexicon.kind_of(nouns[0]) if nouns else "human",
                        gender=gender_of(name),
                    ),
                )
                last = key
            elif (
                token.pos_ == "NOUN"
                and token.dep_ in {"nsubj", "nsubjpass", "dobj", "pobj", "conj", "appos"}
                and lexicon.kind_of(token.lemma_.lower()) in {"human", "animal", "creature", "robot", "toy"}
            ):
                if token.dep_ == "appos" and token.head.pos_ == "PROPN":
                    continue
                compounds = [t.lower_ for t in token.lefts if t.dep_ == "compound" and t.pos_ == "NOUN"]
                single = words.singular(token.lower_) if token.tag_ == "NNS" else token.lower_
                noun = " ".join([*compounds, single])
                gender = "female" if single in lexicon.group("female") else "male" if single in lexicon.group("male") else "neutral"
                age = next((a for a in ("child", "old", "young") if single in lexicon.group(a)), "adult")
                adjectives = tuple(t.lower_ for t in token.lefts if t.dep_ == "amod" and t.is_alpha)
                found.add(
                    noun,
                    Being(
                        noun=noun,
                        head=single,
                        adjectives=adjectives,
                        kind=lexicon.kind_of(noun),
                        gender=gender,
                        age="old" if "old" in adjectives else age,
                        plural=token.tag_ == "NNS",
                        count=3 if token.tag_ == "NNS" else 1,
                        definite=True,
                    ),
                )
                if token.dep_.startswith("nsubj"):
                    last = noun
            elif token.lower_ in {"he", "she", "his", "her", "him"} and last:
                found.pronouns.setdefault(last, Counter())["female" if token.lower_ in {"she", "her"} else "male"] += 1
    return found


def _characters(spec: WriteSpec, found: _Cast, random: Random) -> tuple[dict[str, Character], dict[str, set[str]]]:
    characters: dict[str, Character] = {}
    calls: dict[str, set[str]] = {}
    taken: set[str] = set()
    hints = {hint.name.lower(): hint for hint in spec.characters}
    ranked = [key for key, _ in found.counts.most_common(_CAST)]
    for name, given in hints.items():
        if not any(name == key or name in key.split() or key in name.split() for key in ranked):
            ranked.append(name)
            found.beings[name] = Being(name=given.name, kind="human" if given.human is not False else "animal", gender=gender_of(name))
    for number, key in enumerate(ranked):
        being = found.beings[key]
        if being.gender == "neutral" and not being.plural and (said := found.pronouns.get(key)):
            being = replace(being, gender=said.most_common(1)[0][0])
        hint = next((h for n, h in hints.items() if n == key or key in n.split() or n in key.split()), None)
        made = part(f"c{number}", being, random, taken, role="protagonist" if number == 0 else "supporting", christen=False, hint=hint)
        if made.character is None:
            continue
        slug = re.sub(r"[^a-z0-9]+", "-", key).strip("-") or f"c{number}"
        if slug in {c.key for c in characters.values()}:
            slug = f"{slug}-{number}"
        characters[f"c{number}"] = made.character.model_copy(update={"key": slug})
        calls[f"c{number}"] = {
            w for w in {key, made.the.lower(), made.short.lower(), being.nouns.lower() if being.nouns else key, f"the {being.nouns}".lower()} if len(w) > 1
        }
    return characters, calls


def _said(beat: Beat, shot: Shot, characters: dict[str, Character]) -> dict[str, Any]:
    """What a line has besides: whose it is, who comes first in its picture."""
    key = characters[beat.speaker].key if isinstance(beat, Line) else ""
    return {"speaker": key, "characters": (key, *(one for one in shot.characters if one != key))} if key in shot.characters else {}


def _things(spec: WriteSpec, docs: list[Any], total: int) -> list[Item]:
    counts: Counter[str] = Counter()
    for doc in docs:
        for token in doc:
            if (
                token.pos_ == "NOUN"
                and token.dep_ in {"dobj", "pobj", "nsubj", "conj"}
                and token.is_alpha
                and lexicon.kind_of(token.lemma_.lower()) == "thing"
                and _solid(token.lemma_.lower())
            ):
                counts[token.lemma_.lower()] += 1
    least = 1 if total <= 20 else 2 if total < 100 else 4
    items = [
        Item(
            key=re.sub(r"[^a-z0-9]+", "-", hint.name.lower()).strip("-") or "item",
            name=hint.name,
            description=hint.description,
            significance="asked for by the caller",
            reference=hint.reference,
        )
        for hint in spec.elements
    ]
    names = {item.name.lower() for item in items}
    for noun, count in counts.most_common(12):
        if count >= least and noun not in names and noun not in " ".join(names).split():
            items.append(Item(key=noun, name=noun, description=words.capital(words.a(noun))))
    return items


_SOLID = re.compile(r"(?:ness|tion|sion|ship|hood|dom|ity|ment|ance|ence|ism|ing|cy)$")
_VAGUE = lexicon.listing("vague")


def _solid(noun: str) -> bool:
    return len(noun) > 2 and noun not in _VAGUE and not _SOLID.search(noun) and words.known(noun)


def _places(beats: list[tuple[str, Piece]], docs: list[Any], calls: dict[str, set[str]], spec: WriteSpec) -> tuple[list[Beat], list[Set]]:
    """Each shot's beat and set; a set lasts until the script names another place, hour or weather."""
    place = Place(phrase=spec.locations[0].name, kind=lexicon.place_kind(spec.locations[0].name)) if spec.locations else _first_place(docs)
    time, weather = "day", "clear"
    told, sets = [], []
    previous: frozenset[str] = frozenset()
    speakers = calls
    for number, (chunk, piece) in enumerate(beats):
        lemmas = re.findall(r"[a-z'-]+", chunk.lower())
        if piece.slug is not None:
            name, hour = piece.slug
            place = Place(phrase=name, kind=lexicon.place_kind(name))
            time = lexicon.time_of(hour.split()) or {"continuous": time, "later": time}.get(hour, time)
            weather = lexicon.weather_of(name.split()) or "clear"
        elif number < len(docs) and (found := _place_in(docs[number])) is not None:
            place = found
        time = lexicon.time_of([w for w in lemmas if w not in {"dark", "dinner", "lunch", "breakfast", "supper", "sunny"}]) or time
        weather = lexicon.weather_of([w for w in lemmas if w not in {"blue", "grey", "gray", "ice", "clear", "cloud"}]) or weather
        who = frozenset(
            key
            for key, ws in speakers.items()
            if any(re.search(rf"\b{re.escape(w)}\b", chunk.lower()) for w in ws) or (piece.speaker and piece.speaker.lower() in ws)
        )
        if not who and re.search(r"\b(?:he|she|they|his|her|their|him|them|i|we)\b", chunk.lower()):
            who = frozenset(list(previous)[:1])
        previous = who or previous
        speaker = next((key for key, ws in speakers.items() if piece.speaker and piece.speaker.lower() in ws), "")
        told.append(Line(part="script", text=chunk, who=who, speaker=speaker) if speaker else Beat(part="script", text=chunk, who=who))
        inside = bool(lexicon.place_entry(place.kind).get("indoors"))
        sets.append(Set(place=place, time=time, weather=weather, indoors=inside, fixed_time=True))
    return told, sets


def _first_place(docs: list[Any]) -> Place:
    return next((found for doc in docs if (found := _place_in(doc)) is not None), Place(phrase="village", kind="village"))


def _place_in(doc: Any) -> Place | None:
    for token in doc:
        if token.pos_ in {"NOUN", "PROPN"} and token.dep_ == "pobj" and token.head.lower_ in _PREPS:
            noun = " ".join([*(t.text for t in token.lefts if t.dep_ == "compound"), token.text])
            kind = lexicon.place_kind(noun if token.pos_ == "PROPN" else noun.lower()) or lexicon.place_kind(token.lemma_.lower())
            if (
                not kind
                or token.lemma_.lower() in lexicon.VEHICLES - {"ship", "boat", "train", "plane", "tent"}
                or token.lemma_.lower() in {"ring", "court", "track", "bar", "hall", "air", "water", "pole", "plain", "store"}
            ):
                continue
            adjectives = [t.lower_ for t in token.lefts if t.dep_ == "amod"]
            proper = token.pos_ == "PROPN" and token.text[:1].isupper()
            return Place(phrase=words.tidy(" ".join([*adjectives, noun if proper else noun.lower()])), kind=kind, proper=proper)
    return None


def _enriched(told: list[Beat], sets: list[Set], seconds: float, random: Random, *, framed: bool) -> tuple[list[Beat], list[Set]]:
    """The script's beats with a sense of the place at the start of each scene, while there is time to speak it."""
    left = seconds - sum(pace.seconds(beat.text) for beat in told)
    used: set[str] = set()
    out, out_sets = [], []
    for index, (beat, scenery) in enumerate(zip(told, sets, strict=True)):
        fresh = index == 0 or sets[index - 1].place != scenery.place or index % 4 == 0
        free = [s for s in lexicon.place_entry(scenery.place.kind)["sense"] if s not in used]
        if fresh and free and left > pace.seconds(free[0]):
            chosen = str(random.choice(free))
            used.add(chosen)
            left -= pace.seconds(chosen)
            sense = Beat(part="open", text=chosen, tags=frozenset({"wide"}))
            order = [sense, beat] if index == 0 or sets[index - 1].place != scenery.place else [beat, sense]
            if framed and index in {0, len(told) - 1}:
                order = [beat, sense] if index == 0 else [sense, beat]  # the format has the first and the last word
            out += order
            out_sets += [scenery, scenery]
        else:
            out.append(beat)
            out_sets.append(scenery)
    return out, out_sets


def _title(pieces: list[Piece], characters: dict[str, Character], scenes: list[Any]) -> str:
    first = pieces[0].text
    if len(first.split()) <= 7 and first[-1:] not in ".!?,;:" and len(pieces) > 1:
        return headline(first)
    names = [c.name for c in characters.values()][:2]
    if names:
        return headline(" and ".join(names)) if len(names) > 1 else headline(f"{names[0]} {'and the ' + scenes[0].place if scenes else ''}")[:80]
    return headline(f"The {scenes[0].place}") if scenes else "A Story"

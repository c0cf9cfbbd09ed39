"""HTTP in and out: the public APIs, event streams and artifact downloads."""

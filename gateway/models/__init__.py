"""Requests and answers of the public APIs as pydantic models: the published schemas are these."""

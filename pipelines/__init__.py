"""Weights in, media out: one module per engine."""

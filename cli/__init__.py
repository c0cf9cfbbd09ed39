"""The storyfarm command."""

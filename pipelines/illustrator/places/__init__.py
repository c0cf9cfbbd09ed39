"""Every place that can be painted, entered in one table by importing its module."""

from pipelines.illustrator.places import coast, heights, land, rooms, town, waters, wild  # noqa: F401 - importing enters the places
from pipelines.illustrator.places.registry import PLACES, Place

__all__ = ["PLACES", "Place"]

"""Every place that can be painted, entered in one table by importing its module."""

from pipelines.illustrator.places import castles, coast, earth, halls, heights, homes, land, sport, town, travel, waters, wild, workplaces  # noqa: F401 - importing enters the places
from pipelines.illustrator.places.registry import PLACES, Place

__all__ = ["PLACES", "Place"]

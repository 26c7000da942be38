"""Journeys of all customers together: stages, moves, paths, and the map that shows them at once."""

from cdp_activate.journeys.map import journey_map
from cdp_activate.journeys.models import Journeys

__all__ = ["Journeys", "journey_map"]

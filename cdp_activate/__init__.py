"""From warehouse tables to customer journeys, audiences, and lists at destinations."""

__version__ = "0.1.0"

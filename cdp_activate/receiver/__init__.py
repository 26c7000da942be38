"""A platform that stands in for a real one, on this machine.

It keeps lists of people as `type: webhook` sends them, and misbehaves on
command or by a seed. Over a socket, for the demo, tests and benchmarks:

    with Receiver(secret="whsec_...") as receiver:
        receiver.misbehave("status", status=429, retry_after=1)
        ...
        receiver.lists

Without one, for tests that must be quick and always the same:

    platform = SimulatedPlatform(Nature(matches_on="email", job_ticks=3))
    destination = WebhookDestination(settings, transport=platform.transport)

Alone: `python -m cdp_activate.receiver --port 8765`. It listens on 127.0.0.1
only, keeps everything in memory and prints nothing of what it is sent.
"""

from cdp_activate.receiver.faults import Fault, Weather
from cdp_activate.receiver.lists import Nature
from cdp_activate.receiver.server import Receiver, main
from cdp_activate.receiver.simulated import Call, SimulatedPlatform

__all__ = ["Call", "Fault", "Nature", "Receiver", "SimulatedPlatform", "Weather", "main"]

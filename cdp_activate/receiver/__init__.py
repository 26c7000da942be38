"""A platform that stands in for a real one, on this machine.

It keeps lists of people as `type: webhook` sends them, and misbehaves on
command or by a seed. Over a socket, for the demo, tests and benchmarks:

    with Receiver(secret="whsec_...") as receiver:
        receiver.misbehave("status", status=429, retry_after=1)
        ...
        receiver.lists

Without one, for tests that must be quick and always the same:

    platform = SimulatedPlatform(PlatformBehaviour(matches_on="email", job_ticks=3))
    destination = WebhookDestination(settings, transport=platform.transport)

Alone: `python -m cdp_activate.receiver --port 8765`. It listens on 127.0.0.1
only, keeps everything in memory and prints nothing of what it is sent.
"""

from cdp_activate.receiver.faults import Fault, RandomFaults
from cdp_activate.receiver.lists import PlatformBehaviour
from cdp_activate.receiver.server import Receiver, main
from cdp_activate.receiver.simulated import RecordedCall, SimulatedPlatform

__all__ = [
    "Fault",
    "PlatformBehaviour",
    "RandomFaults",
    "Receiver",
    "RecordedCall",
    "SimulatedPlatform",
    "main",
]

"""The simulated platform behind a socket."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
from typing import NoReturn, Self

from cdp_activate.errors import CdpError
from cdp_activate.local_server import LocalServer
from cdp_activate.receiver.faults import RandomFaults
from cdp_activate.receiver.lists import PlatformBehaviour
from cdp_activate.receiver.simulated import SimulatedPlatform


class Receiver(SimulatedPlatform):
    """A context manager: listens from entry to exit. `port` 0 takes any free one."""

    def __init__(
        self,
        secret: str | None = None,
        *,
        port: int = 0,
        behaviour: PlatformBehaviour | None = None,
        weather: RandomFaults | None = None,
    ) -> None:
        super().__init__(behaviour, secret=secret, weather=weather)
        self._server = LocalServer(self.answer, port=port)
        self.url = self._server.url

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and break every open connection."""
        self._server.__exit__()

    def serve(self) -> None:
        """Listen in the calling thread until it is interrupted."""
        try:
            self._server.serve()
        finally:
            self._server.close()


def main(arguments: list[str] | None = None) -> int:
    """Run alone until Ctrl-C or SIGTERM; return the exit code."""
    chosen = _options().parse_args(arguments)
    behaviour = PlatformBehaviour(
        matches_on=chosen.matches_on,
        job_ticks=chosen.job_ticks,
        lag=chosen.lag,
        latency=chosen.latency / 1000,
        seed=chosen.seed,
    )
    weather = RandomFaults(chosen.seed, chosen.fault_rate) if chosen.fault_rate else None
    try:
        receiver = Receiver(chosen.secret, port=chosen.port, behaviour=behaviour, weather=weather)
    except (CdpError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        # Said out loud: a shell starts what runs in the background with Ctrl-C ignored.
        signal.signal(number, _stop)
    # Rows hold no cycles: to look for some among a million costs more than all the rest.
    gc.disable()
    sys.stdout.write(f"Listening on {receiver.url} (Ctrl-C stops it)\n")
    sys.stdout.flush()
    try:
        receiver.serve()
    except KeyboardInterrupt:
        return 0
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m cdp_activate.receiver", description="A local platform that keeps lists."
    )
    parser.add_argument("--port", type=int, default=8765, help="0 takes any free port")
    parser.add_argument("--secret", help="check signatures: whsec_<base64>, or any text")
    parser.add_argument("--matches-on", default="key", help="what members are known by: email, ..")
    parser.add_argument(
        "--job-ticks", type=int, default=0, help="answer later: by so many requests"
    )
    parser.add_argument("--lag", type=int, default=0, help="requests until a change shows")
    parser.add_argument("--fault-rate", type=float, default=0, help="share of requests that fail")
    parser.add_argument("--seed", type=int, default=0, help="of the faults, and of the jobs' order")
    parser.add_argument("--latency", type=float, default=0, help="milliseconds before an answer")
    return parser


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt

"""An SFTP server on this machine, for the tests: one user, one folder, its own key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import asyncssh

USER, PASSWORD = "courier", "sftp-test"


@dataclass(frozen=True)
class Running:
    port: int
    known_hosts: Path


class _OneUser(asyncssh.SSHServer):
    connections: ClassVar[list[asyncssh.SSHServerConnection]] = []

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """Serve `folder` on a free port of this machine, in a thread."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def root(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(folder).encode())

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=_OneUser, server_host_keys=[key], sftp_factory=root
        )

    async def close() -> None:
        server.close()
        for connection in _OneUser.connections:
            connection.abort()
        await server.wait_closed()

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
    known_hosts = folder.parent / "known_hosts"
    line = key.export_public_key().decode().strip()
    known_hosts.write_text(f"[127.0.0.1]:{server.get_port()} {line}\n", encoding="utf-8")
    try:
        yield Running(server.get_port(), known_hosts)
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()

"""Which proxy a call goes through: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say.

The names are those that curl, requests and Go read, in either case; on macOS and Windows the
system's settings count where no name is set. This machine itself is never asked by proxy.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

SCHEMES = ("https", "http")


def proxies() -> dict[str, str]:
    """The address of the proxy for each scheme of addresses that has one."""
    found = {scheme: address for scheme in SCHEMES if (address := getproxies().get(scheme))}
    return {
        scheme: address if "://" in address else f"http://{address}"
        for scheme, address in found.items()
    }


def user_of(proxy: str) -> str | None:
    """`user:password` of a proxy's address, where it has them."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return None
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}"


def goes_straight(host: str) -> bool:
    """Whether calls to a host go past the proxy."""
    return _is_here(host) or bool(proxy_bypass(host))


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

"""The world outside the farm: which addresses may be asked, and connections that go nowhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Protocol
from urllib.parse import urlsplit

import httpcore

HTTPS_PORT = 443


class Refused(Exception):
    """An address that we do not ask, or an answer that we do not take; the message names the address and the reason."""


class Resolve(Protocol):
    """Finds the addresses of a host."""

    async def __call__(self, host: str) -> Iterable[str]: ...


async def resolve(host: str) -> Iterable[str]:
    """Every address of a host, by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def public(address: str) -> bool:
    """Whether an address is on the public internet: not private, loopback, link-local, multicast, reserved, nor one of these wrapped in IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return public(str(inner))
        if (int(ip) >> 32) & 0xFDFF_FFFF == _ISATAP and not public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))):
            return False
    if any(ip in network for network in _NOT_ASKED if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ISATAP = 0x0000_5EFE
"""The middle of an address that wraps an IPv4 address for a tunnel of a site (RFC 5214), but for the bit that says the latter is unique."""
_NOT_ASKED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocols' own (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4, withdrawn (RFC 7526)
        "fec0::/10",  # a site's own, withdrawn (RFC 3879), still private where it is used
        "3fff::/20",  # documents' (RFC 9637), which the standard library does not know everywhere
        "5f00::/16",  # segment identifiers (RFC 9602), the same
        "64:ff9b:1::/48",  # a network's own translation (RFC 8215), the same
    )
)
"""Networks that `ipaddress` takes for public, in some version of Python or in all."""


class Pinned(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that were just resolved and checked: a name that changes its mind afterwards changes nothing."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend, find: Resolve, allowed: Callable[[str], bool] = public) -> None:
        self._inner, self._find, self._allowed = inner, find, allowed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = list(await self._find(host))
        except (OSError, UnicodeError):  # the latter for a label that is empty or too long to ask for
            raise Refused(f"the host {short(host)} cannot be found") from None
        if not addresses:
            raise Refused(f"the host {host} has no address")
        for address in addresses:  # every one, so that a mixed answer is refused whole
            if not self._allowed(address):
                raise Refused(f"the host {host} leads to {address}, which is not a public address")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("a socket file is not a public address")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def checked(url: str, *, any_port: bool = False) -> str:
    """The address, if it is a plain https one, on the usual port unless `any_port`.

    Raises Refused with the reason.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(f"{short(url)} is not an address") from None
    if parts.scheme != "https" or not parts.hostname:
        raise Refused(f"{short(url)} is not an https:// address")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"{short(url)} carries a user name; leave it out")
    if port not in (None, HTTPS_PORT) and not any_port:
        raise Refused(f"{short(url)} is on port {port}; only {HTTPS_PORT} is allowed")
    if not url.isascii() or any(ord(letter) <= 32 for letter in url):
        raise Refused(f"{short(url)} is not a plain address; percent-encode what is not ASCII")
    return url


def short(url: str) -> str:
    """An address for a message."""
    return repr(url if len(url) <= 100 else url[:97] + "...")

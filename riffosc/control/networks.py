"""From where riffosc may be played: OSC has no password, so the network is the only door."""

import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from riffosc.params import ParamError

REMEMBERED = 1024  # senders


class Networks:
    """Source addresses that are listened to: those of the networks named, all if none is; loopback always.

    What is no network raises ParamError.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = [_network(words) for words in networks]
        self.allow = lru_cache(REMEMBERED)(self._allow)  # asked for every datagram

    def _allow(self, address: str) -> bool:
        if not self._networks:
            return True
        try:
            source = ip_address(address)
        except ValueError:
            return False
        if isinstance(source, IPv6Address) and source.ipv4_mapped:  # how a socket for both shows IPv4
            source = source.ipv4_mapped
        return source.is_loopback or any(source in network for network in self._networks)


def _network(words: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(words.strip(), strict=False)
    except ValueError as error:
        raise ParamError(f"{words!r} is no network; 192.168.1.0/24 is one, and so is 192.168.1.7") from error


def is_loopback(bind: str) -> bool:
    """Whether only this computer reaches what listens on this address or name."""
    try:
        return ip_address(bind).is_loopback
    except ValueError:
        return bind == "localhost"


def host_name() -> str:
    """Ours for this computer where Zeroconf gives names; its other name is its own system's to look after."""
    return f"riffosc-{re.sub('[^a-z0-9-]', '-', socket.gethostname().lower())}.local"

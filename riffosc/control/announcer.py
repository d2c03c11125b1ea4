"""Zeroconf: others find riffosc by its name instead of by a number. Needs the `discovery` extra."""

import asyncio
import logging
import socket
from contextlib import suppress

import ifaddr
from zeroconf import Error, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from riffosc.control.networks import host_name
from riffosc.control.osc import PORT

log = logging.getLogger(__name__)

OSC = "_osc._udp.local."
OSCQUERY = "_oscjson._tcp.local."
GOODBYE_S = 3.0  # that taking leave of the network may take
WILDCARDS = ("0.0.0.0", "::", "")


class Announcer:
    """From `start` to `stop`. All takes place in the background; what cannot be is said, and riffosc goes on."""

    def __init__(self, bind: str, port: int, web: bool = True) -> None:
        self._bind = bind
        self._port = port
        self._name = host_name().removesuffix(".local")[:48] + (f"-{port}" if port != PORT else "")
        self._kinds = (OSCQUERY, OSC) if web else (OSC,)
        self._zeroconf: AsyncZeroconf | None = None
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._starting = asyncio.create_task(self._start())

    async def _start(self) -> None:
        try:
            found = await asyncio.to_thread(_addresses, self._bind)
            self._zeroconf = AsyncZeroconf(interfaces=found)
            for kind in self._kinds:
                info = ServiceInfo(
                    kind, f"{self._name}.{kind}", self._port, server=f"{host_name()}.", parsed_addresses=found
                )
                await self._zeroconf.async_register_service(info, allow_name_change=True)
        except (OSError, Error) as error:
            log.warning("riffosc cannot be announced on the network: %s", error)

    async def stop(self) -> None:
        """The network hears that riffosc has gone."""
        if self._starting is not None:
            self._starting.cancel()
            with suppress(asyncio.CancelledError):
                await self._starting
        if self._zeroconf is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await self._zeroconf.async_close()


def _addresses(bind: str) -> list[str]:
    """Where what listens on `bind` is reached; if that is everywhere, by the addresses that the computer has."""
    if bind not in WILDCARDS:
        return [str(socket.getaddrinfo(bind, None)[0][4][0])]
    found = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)]
    return [address for address in found if not address.startswith("127.")] or ["127.0.0.1"]

"""Zeroconf, in a network of its own: found by another program, and gone when riffosc is."""

import os
import subprocess
import sys

import pytest

from riffosc.control.networks import host_name

pytest.importorskip("zeroconf")
pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a network of its own needs root"
)
INSIDE = [
    "unshare",
    "-n",
    "sh",
    "-c",
    'ip link set lo up && ip link set lo multicast on && exec "$@"',
    "sh",
    sys.executable,
    "-c",
]

LOOK = """
import asyncio, http.client, socket
from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

class Looker:
    def __init__(self):
        self.there, self.changed = {}, asyncio.Event()
        self.zeroconf = AsyncZeroconf(interfaces=["127.0.0.1"])
        kinds = ["_oscjson._tcp.local.", "_osc._udp.local."]
        self.browser = AsyncServiceBrowser(self.zeroconf.zeroconf, kinds, handlers=[self.heard])

    def heard(self, zeroconf, service_type, name, state_change):
        if state_change is ServiceStateChange.Removed:
            self.there.pop(name, None)
        else:
            self.there[name] = service_type
        self.changed.set()

    async def until(self, count):
        async with asyncio.timeout(60):
            while len(self.there) != count:
                self.changed.clear()
                await self.changed.wait()

    async def info(self, name):
        info = AsyncServiceInfo(self.there[name], name)
        assert await info.async_request(self.zeroconf.zeroconf, 30_000)
        return info

    async def close(self):
        await self.browser.async_cancel()
        await self.zeroconf.async_close()
"""

FOUND = (
    LOOK
    + """
from riffosc.app import Options, running
from pathlib import Path
import sys

def ask(info):
    connection = http.client.HTTPConnection(info.parsed_addresses()[0], info.port, timeout=30)
    connection.request("GET", "/riff/tempo", headers={"Host": f"{info.server.rstrip('.')}:{info.port}"})
    status = connection.getresponse().status
    connection.close()
    return status

async def main():
    looker = Looker()
    async with running(Options(audio="none", state=Path(sys.argv[1]), announce=True)) as app:
        await looker.until(2)
        for name in sorted(looker.there):
            info = await looker.info(name)
            print(name, info.port, info.parsed_addresses(), info.server.startswith("riffosc-"))
            if "oscjson" in name:
                print(await asyncio.to_thread(ask, info))
    await looker.until(0)
    await looker.close()

asyncio.run(main())
"""
)

SHORT = """
import asyncio
from riffosc.control.announcer import Announcer

async def main():
    for pause in (0, 0.01, 0.3):
        announcer = Announcer("127.0.0.1", 7433)
        announcer.start()
        await asyncio.sleep(pause)
        await announcer.stop()
    nowhere = Announcer("192.0.2.77", 7433)
    nowhere.start()
    await asyncio.wait([nowhere._starting])
    await nowhere.stop()
    print("ended")

asyncio.run(main())
"""

TWO = (
    LOOK
    + """
from riffosc.control.announcer import Announcer

async def main():
    announcers = [Announcer("127.0.0.1", port) for port in (7433, 7434)]
    looker = Looker()
    for announcer in announcers:
        announcer.start()
    await looker.until(4)
    print(len({(await looker.info(name)).port for name in looker.there}))
    for announcer in announcers:
        await announcer.stop()
    await looker.until(0)
    await looker.close()

asyncio.run(main())
"""
)


def within(code, *args):
    done = subprocess.run(
        [*INSIDE[:-1], "-W", "error", "-c", code, *map(str, args)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_it_is_found_and_takes_its_leave(tmp_path):
    lines = within(FOUND, tmp_path).stdout.splitlines()
    name = host_name().removesuffix(".local")
    assert lines == [
        f"{name}._osc._udp.local. 7433 ['127.0.0.1'] True",
        f"{name}._oscjson._tcp.local. 7433 ['127.0.0.1'] True",
        "200",
    ]


def test_it_ends_at_any_moment_and_says_what_cannot_be():
    done = within(SHORT)
    assert done.stdout == "ended\n"
    assert "riffosc cannot be announced on the network" in done.stderr


def test_two_on_one_network_have_names_of_their_own():
    assert within(TWO).stdout == "2\n"


def test_without_the_extra_it_is_said_to_who_asked_for_it(tmp_path, caplog, monkeypatch):
    import asyncio

    from riffosc.app import Options, running

    monkeypatch.setitem(sys.modules, "zeroconf", None)

    async def play():
        async with running(Options(audio="none", port=0, web=False, state=tmp_path, announce=True)):
            assert "riffosc[discovery]" in caplog.text

    asyncio.run(play())

import asyncio

import pytest
from osc_helpers import Caller, Table
from oscquery_client import Client

from riffosc.control.guard import Guard
from riffosc.control.networks import Networks
from riffosc.control.osc import OscServer
from riffosc.params import Store


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def with_server():
    """Runs `play(server, caller)` against a server on a free UDP port."""

    def run(play, **options):
        async def main():
            server = await OscServer.open(Store(), port=0, **options)
            loop = asyncio.get_running_loop()
            _, caller = await loop.create_datagram_endpoint(Caller, remote_addr=("127.0.0.1", server.port))
            try:
                return await play(server, caller)
            finally:
                caller.transport.close()
                server.close()
                await asyncio.sleep(0)

        return asyncio.run(main())

    return run


@pytest.fixture
def with_web():
    """Runs `play(osc, client)` against OSC and HTTP on free ports."""

    def run(play, **guarded):
        async def main():
            from riffosc.control.web import WebServer

            osc = await OscServer.open(Store(), port=0)
            web = await WebServer.open(osc.desk, Guard(Networks(), **guarded), "127.0.0.1", 0)
            try:
                return await play(osc, Client(web.port))
            finally:
                await web.close()
                osc.close()
                await asyncio.sleep(0)

        return asyncio.run(main())

    return run

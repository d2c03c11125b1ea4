"""HTTP as a part of the whole: there when riffosc plays, and no reason to fall silent."""

import asyncio
import os
import random
import socket
import subprocess
import sys

import pytest
from oscquery_client import Client

from riffosc.app import Options, running

QUIET = {"audio": "none"}


@pytest.fixture
def port():
    """One that is free for OSC and for HTTP, below those that systems give to whoever connects."""
    for number in random.sample(range(20_000, 30_000), 100):
        try:
            with socket.create_server(("127.0.0.1", number)), socket.socket(type=socket.SOCK_DGRAM) as datagrams:
                datagrams.bind(("127.0.0.1", number))
                return number
        except OSError:
            continue
    pytest.fail("no port is free")


def test_it_is_there_on_the_number_of_the_osc_port(tmp_path, port):
    async def play():
        async with running(Options(**QUIET, port=port, state=tmp_path)) as app:
            client = Client(app.osc.port)
            assert (await client.asks("/", "HOST_INFO"))["OSC_PORT"] == app.osc.port
            assert (await client.asks("/riff/renderer"))["ACCESS"] == 1
            assert app.page == f"http://127.0.0.1:{port}/"
            assert (await client.asks("/riff/at"))["TYPE"] == "ss", "commands of other parts are nodes, too"
        with pytest.raises(ConnectionRefusedError):
            await client.asks("/")

    asyncio.run(play())


def test_a_port_that_is_taken_is_said_and_osc_goes_on(tmp_path, caplog):
    async def play():
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            async with running(Options(audio="none", port=port, state=tmp_path)) as app:
                assert app.osc.port == port
        assert [record for record in caplog.records if f"TCP port {port} of 127.0.0.1 cannot be had" in record.message]

    asyncio.run(play())


def test_none_when_none_is_wanted(tmp_path, port):
    async def play():
        async with running(Options(**QUIET, port=port, web=False, state=tmp_path)) as app:
            with pytest.raises(ConnectionRefusedError):
                await Client(app.osc.port).asks("/")

    asyncio.run(play())


OPEN = """
import asyncio, sys
from pathlib import Path
from riffosc.app import Options, running
from websockets.asyncio.client import connect

async def play():
    options = Options(audio="none", bind="0.0.0.0", state=Path(sys.argv[1]), strudel=(), allow=tuple(sys.argv[2:]))
    async with running(options), connect("ws://localhost:8080", origin="https://strudel.cc"):
        print("Strudel is there")

asyncio.run(play())
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a network of its own needs root")
@pytest.mark.parametrize("allow", [(), ("10.0.0.0/8",)])
def test_open_to_a_network_is_said_when_anybody_may_play(tmp_path, allow):
    inside = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    command = [*inside, sys.executable, "-c", OPEN, str(tmp_path), *allow]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert "Strudel is there" in done.stdout
    assert ("OSC has no password: who reaches 0.0.0.0" in done.stderr) is (not allow)


def test_the_web_is_not_imported_with_the_app():
    done = asyncio.run(_modules())
    assert not {"uvicorn", "starlette", "zeroconf", "websockets"} & done


async def _modules():
    code = "import sys, riffosc.app; print(*{name.split('.')[0] for name in sys.modules})"
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    return set((await run.communicate())[0].decode().split())

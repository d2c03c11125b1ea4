"""Sonic Pi's server between a stand-in for its window and riffosc's ear, as a program. Needs a jackd called `default`.

`sonic_pi_stage.py LOOPS CODE ...` runs each code when the one before has done its work, and says what was heard.
"""

import asyncio
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from ear import clips
from pythonosc.osc_message_builder import OscMessageBuilder

from riffosc.control.osc import OscServer
from riffosc.control.packet import read_packet
from riffosc.params import Store, Value

SERVER = "/usr/lib/sonic-pi/app/server/ruby/bin/sonic-pi-server.rb"
TO_SERVER, TO_WINDOW = 51235, 51236
PORTS = (TO_SERVER, TO_WINDOW, 51237, 51237, 4560, 51241, 51242)
PATIENCE_S = 60.0


class Window(asyncio.DatagramProtocol):
    """What Sonic Pi shows."""

    def __init__(self) -> None:
        self.ready = False
        self.shown: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        for message in read_packet(data):
            self.ready |= message.address == "/ack"
            for word in message.args:
                if isinstance(word, str) and message.address != "/ack":
                    self.shown.append(word)
                    print("shown", message.address, word.replace("\n", " "), flush=True)

    def plays(self, name: str) -> bool:
        return any(line.startswith("sample ") and name in line for line in self.shown)

    def say(self, address: str, *args: Value) -> None:
        builder = OscMessageBuilder(address)
        for arg in args:
            builder.add_arg(arg)
        self.transport.sendto(builder.build().dgram, ("127.0.0.1", TO_SERVER))


async def until(there: Callable[[], bool], ask: Callable[[], None] = lambda: None) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not there():
            ask()
            await asyncio.sleep(0.2)


async def main(loops: str, first: str, then: str, example: str) -> None:
    store = Store()
    riffosc = await OscServer.open(store)
    waiting = cycle(clips(Path(loops)))

    def heard(address: str, value: Value) -> None:
        print("took", address, value, flush=True)
        if address.endswith("/seed"):
            asyncio.get_running_loop().call_later(0.5, lambda: riffosc.notify("clip", "/riff/clip", *next(waiting)))

    store.listen(heard)
    loop = asyncio.get_running_loop()
    _, window = await loop.create_datagram_endpoint(Window, local_addr=("127.0.0.1", TO_WINDOW))
    with Path("sonic-pi.log").open("w") as log:
        server = await asyncio.create_subprocess_exec("ruby", SERVER, "-u", *map(str, PORTS), stdout=log, stderr=log)
    await until(lambda: window.ready, lambda: window.say("/ping", "window", "x"))
    window.say("/cue-port-start", "window")
    window.say("/cue-port-internal", "window")
    await asyncio.sleep(0.5)
    window.say("/run-code", "window", first)
    await until(lambda: window.plays("ramp_s0"))
    window.say("/run-code", "window", then)
    await until(lambda: window.plays("ramp_s1"))
    window.say("/stop-all-jobs", "window")
    await asyncio.sleep(0.5)
    window.say("/run-code", "window", example)
    await until(lambda: window.plays("start: 0.0625"))
    window.say("/exit", "window")
    await asyncio.wait_for(server.wait(), PATIENCE_S)
    print("bad", riffosc.counters.bad)
    riffosc.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

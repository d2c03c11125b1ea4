"""A daemon's ear, without sound: `python ear.py COMMAND ...` runs the command and says what riffosc takes in meanwhile.

Clips are announced all the time. Where EAR_CLIPS names a folder of riffosc's, its WAVs are what is announced: one after
the other, each when a voice is asked for something that needs painting.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Iterator
from pathlib import Path

import soundfile

from riffosc.conductor import Conductor
from riffosc.control.osc import OscServer
from riffosc.folder import bank_and_index
from riffosc.modulation import Modulation
from riffosc.params import Store, Value, When
from riffosc.quantise import Quantise
from riffosc.slots import Slots
from riffosc.snapshots import Snapshots
from riffosc.state import StateFolder

CLIP = ("riff1", 42, "/loops/a.wav", 126.0, 8.0, 7, "dub")
TEMPO, BEATS_PER_S = 240.0, 4.0
LONGEST_LINE = 1 << 20
LINGERING_S = 2.0  # a program that the command has left behind may hold its output open
MAX_LEFT = 100  # datagrams that the command had sent when it ended: the loop takes in one each time round


def clips(folder: Path) -> Iterator[tuple[Value, ...]]:
    """All of them, as if they were at 240 bpm."""
    for path in sorted(folder.glob("riff*/*.wav")):
        bank, index = bank_and_index(path)
        yield bank, index, str(path), TEMPO, soundfile.info(str(path)).duration * BEATS_PER_S, index, path.stem


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def pass_on(output: asyncio.StreamReader) -> None:
    """What the command says, by whole lines: written by itself they would be cut by what is said here."""
    async for line in output:
        say(line.decode(errors="replace").rstrip("\n"))


async def main() -> None:
    waiting = clips(Path(os.environ["EAR_CLIPS"])) if "EAR_CLIPS" in os.environ else None
    store = Store()
    server = await OscServer.open(store)

    def took(address: str, value: Value) -> None:
        say(f"took {address} {value}")
        param = store.param(address)
        if waiting is not None and param.per_voice and param.when is When.CLIP:
            asyncio.get_running_loop().call_later(0.05, painted)

    def painted() -> None:
        clip = next(waiting, None) if waiting is not None else None
        if clip:
            server.notify("clip", "/riff/clip", *clip)

    store.listen(took)
    conductor = Conductor({voice: store.voice(voice) for voice in range(1, 9)}, print, 44100)
    folder = StateFolder(Path("state"), print)
    quantise = Quantise(store, conductor, lambda: 0.0, {})
    modulation = Modulation(store, conductor, server.done)
    snapshots = Snapshots(folder, quantise, modulation, conductor, server.done)
    server.desk.hear(beats=quantise)
    for part in (Slots(store, folder), modulation, snapshots):
        for doc, ask in part.commands():
            server.add_command(doc, ask)
    block = await asyncio.create_subprocess_exec(
        *sys.argv[1:], stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, limit=LONGEST_LINE
    )
    assert block.stdout
    passing_on = asyncio.create_task(pass_on(block.stdout))
    ended = asyncio.create_task(block.wait())
    while not ended.done():
        if waiting is None:
            server.notify("clip", "/riff/clip", *CLIP)
        await asyncio.wait([ended], timeout=0.1)
    for _ in range(MAX_LEFT):
        await asyncio.sleep(0)
    await asyncio.wait([passing_on], timeout=LINGERING_S)
    say(" ".join(["moving", *modulation.standing()]))
    quantise.tick(60.0)
    folder.close()
    say(f"bad {server.counters.bad} ended {ended.result()}")
    server.close()


if __name__ == "__main__":
    asyncio.run(main())

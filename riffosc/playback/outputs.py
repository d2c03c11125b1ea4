"""Which output plays, and what happens when it is lost: the null output keeps time until it is back."""

import asyncio
import logging
from typing import Protocol

from riffosc.playback.aside import aside
from riffosc.playback.null import NullOutput
from riffosc.playback.player import Player

log = logging.getLogger(__name__)

POLL_S = 0.05
FIRST_RETRY_S, LAST_RETRY_S = 0.25, 2.0
STALLED_S = 2.0
PARTING_S = 0.1  # a few blocks, in which those who follow our MIDI clock hear that it stops

GIVE_UP_S = 5.0  # a server that hangs is not waited for at the end


class OutputError(RuntimeError):
    """No sound that way, in words for the musician."""


class Output(Protocol):
    """Something that calls the mixer, block by block, on a thread of its own.

    `open`, `start`, `stop` and `tend` may block: they are called in a thread aside, one at a time.
    """

    @property
    def name(self) -> str: ...
    @property
    def samplerate(self) -> int: ...
    @property
    def blocksize(self) -> int: ...
    @property
    def latency(self) -> float:
        """Seconds from mixing to hearing."""

    def connect(self, patterns: tuple[str, ...]) -> None:
        """Other programs' ports to connect to, where there are such things."""

    def open(self, player: Player) -> None:
        """Find the device. Nothing is mixed yet. Raises OutputError."""

    def start(self, player: Player) -> None:
        """Go on mixing where the last output stopped. Raises OutputError."""

    def resume(self, player: Player) -> None:
        """The same for one that was never stopped."""

    def stop(self) -> None:
        """Let go of everything. May be called at any time, and twice."""

    def alive(self) -> bool:
        """Whether the device is still there. Cheap."""

    def calls(self) -> int:
        """Blocks asked for so far. Cheap."""

    def changes(self) -> int:
        """Of what is connected to it, or could be, so far. Cheap."""

    def tend(self) -> None:
        """Every now and then: connections, and what else needs looking after."""


class Outputs:
    """One output after another for one player: the wanted one while it lives, else the null output."""

    def __init__(self, player: Player, wanted: Output, connect: tuple[str, ...] = ()) -> None:
        if connect:
            wanted.connect(connect)
        self._player = player
        self._wanted = wanted
        self._null = NullOutput()
        self._current: Output = self._null
        self._task: asyncio.Task[None] | None = None
        self._tending: asyncio.Future[None] | None = None
        self._calls, self._called = 0, 0.0  # blocks of the wanted output, and when there was one more
        self.lost = 0  # how often the wanted output went away

    @property
    def current(self) -> Output:
        return self._current

    async def start(self) -> None:
        """Play: through the wanted output if it is there, else in silence until it is."""
        if not await self._reach():
            await self._keep_time()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._player.midi_clock:
            self._player.set_midi_clock(False)
            await asyncio.sleep(PARTING_S)
        try:
            await asyncio.wait_for(self._close(), GIVE_UP_S)
        except TimeoutError:
            log.warning("audio: %s does not let go; riffosc ends without it", self._wanted.name)
            self._player.own()  # should it wake up after all, it is given silence
        self._task, self._player.output_name = None, ""

    async def _close(self) -> None:
        await aside(self._null.stop)
        if self._tending:
            await asyncio.wait([self._tending])
        await aside(self._wanted.stop)

    async def _reach(self) -> bool:
        """Try the wanted output. The null output keeps time until it is open."""
        try:
            await aside(self._wanted.open, self._player)
            await aside(self._null.stop)
            await aside(self._wanted.start, self._player)
        except OutputError as error:
            log.log(logging.WARNING if self._task is None else logging.DEBUG, "%s", error)
            await aside(self._wanted.stop)
            return False
        self._now_playing(self._wanted)
        return True

    async def _keep_time(self) -> None:
        await aside(self._null.start, self._player)
        self._now_playing(self._null)

    def _now_playing(self, output: Output) -> None:
        self._current, self._player.output_name = output, output.name
        self._calls, self._called = -1, asyncio.get_running_loop().time()
        log.info("audio: %s, %d Hz, blocks of %d", output.name, output.samplerate, output.blocksize)

    async def _watch(self) -> None:
        retry = FIRST_RETRY_S
        while True:
            await asyncio.sleep(POLL_S if self._current is self._wanted else retry)
            try:
                retry = await self._look(retry)
            except Exception:
                log.exception("audio: something went wrong; trying again")

    async def _look(self, retry: float) -> float:
        """One look: after the wanted output, or for it. How long to wait should it still be missing."""
        if self._current is self._wanted:
            await self._look_after()
            return FIRST_RETRY_S
        if not await self._reach() and not self._null.alive():
            await self._keep_time()
        return min(2 * retry, LAST_RETRY_S)

    async def _look_after(self) -> None:
        """One look at the wanted output while it plays."""
        if not self._wanted.alive():
            await self._lose()
        elif self._stalled():
            await self._wait_for_calls()
        elif self._tending is None or self._tending.done():
            self._tending = asyncio.ensure_future(aside(self._tend))

    def _tend(self) -> None:
        try:
            self._wanted.tend()
        except Exception:
            log.exception("audio: %s cannot be looked after", self._wanted.name)

    async def _lose(self) -> None:
        """Time goes on first; then the dead client is closed, before another is opened: else libjack crashes."""
        self.lost += 1
        log.warning("audio: %s is gone; the loops go on unheard", self._wanted.name)
        await self._keep_time()
        if self._tending:
            await asyncio.wait([self._tending])
        await aside(self._wanted.stop)

    def _stalled(self) -> bool:
        now, calls = asyncio.get_running_loop().time(), self._wanted.calls()
        if calls != self._calls:
            self._calls, self._called = calls, now
        return now - self._called > STALLED_S

    async def _wait_for_calls(self) -> None:
        """A server that hangs but lives: the null output keeps time until it calls again, or dies."""
        log.warning("audio: %s does not ask for sound; the loops go on unheard", self._wanted.name)
        await self._keep_time()
        calls = self._wanted.calls()
        while self._wanted.alive() and self._wanted.calls() == calls:
            await asyncio.sleep(POLL_S)
        if self._wanted.alive():
            await aside(self._null.stop)
            await aside(self._wanted.resume, self._player)
        self._now_playing(self._wanted)


def choose_output(
    kind: str | bool = True, device: str | None = None, client: str = "riffosc", channels: int = 2
) -> Output:
    """The output that is wanted: "jack", "portaudio", "none"; "auto" or True is JACK, or else a sound card.

    `client` is what JACK is to call us; `channels` are a sound card's.
    """
    from riffosc.playback.auto import AutoOutput
    from riffosc.playback.jack import JackOutput
    from riffosc.playback.portaudio import PortAudioOutput

    if kind in (False, "none"):
        return NullOutput()
    if kind == "jack":
        return JackOutput(name=client)
    if kind == "portaudio":
        return PortAudioOutput(device, channels)
    if kind in (True, "auto"):
        return AutoOutput(JackOutput(name=client), PortAudioOutput(device, channels))
    raise OutputError(f"there is no output named {kind}: jack, portaudio, none or auto")

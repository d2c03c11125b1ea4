"""The PortAudio output: the main mix in stereo on a sound card; voices and the cue on further channels if asked for."""

import logging
from typing import Any

from riffosc.playback.outputs import OutputError
from riffosc.playback.player import Player
from riffosc.playback.wires import take_over, wire

log = logging.getLogger(__name__)


def _library() -> Any:
    """sounddevice. Initialises PortAudio when imported; raises OSError where PortAudio is missing."""
    try:
        import sounddevice
    except OSError as error:
        raise OutputError("PortAudio is not installed: there is no libportaudio") from error
    return sounddevice


class PortAudioOutput:
    """One stream at a time; what it plays is computed by the compiled callback."""

    def __init__(self, device: str | int | None = None, channels: int = 2) -> None:
        self.name, self.samplerate, self.blocksize, self.latency = "portaudio", 0, 0, 0.0
        self.wires: Any = None
        self._device, self._channels = device, channels
        self._stream: Any = None
        self._lost = False

    def connect(self, patterns: tuple[str, ...]) -> None:
        """A sound card has no ports."""

    def open(self, player: Player) -> None:
        from riffosc.playback.callbacks import portaudio_process

        self.stop()
        library = _library()
        if self._lost:  # PortAudio lists devices once, when it is initialised
            library._terminate()
            library._initialize()
        try:
            self._stream = self._open(library, player, portaudio_process.address)
        except (library.PortAudioError, ValueError) as error:
            self._lost = True
            wanted = "" if self._channels == 2 else f" with {self._channels} channels"
            raise OutputError(f"no sound card to play on{wanted}: {error}") from error
        self.samplerate, self.latency = round(self._stream.samplerate), float(self._stream.latency)
        self.wires["samplerate"] = self.samplerate

    def start(self, player: Player) -> None:
        take_over(player, self.wires)
        try:
            self._stream.start()
        except _library().PortAudioError as error:
            raise OutputError(f"the sound card does not start: {error}") from error

    def resume(self, player: Player) -> None:
        take_over(player, self.wires)

    def stop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close(ignore_errors=True)

    def alive(self) -> bool:
        return self._stream is not None and not self._lost

    def calls(self) -> int:
        return 0 if self.wires is None else int(self.wires["calls"])

    def changes(self) -> int:
        return 0

    def tend(self) -> None:
        """A card that was unplugged ends its stream."""
        self._lost = not self._stream.active

    def _open(self, library: Any, player: Player, callback: int) -> Any:
        """sounddevice's own way in for compiled callbacks, as its sister package rtmixer uses it."""
        ffi = library._ffi
        self.wires = wire(player, 0)
        self.wires["channels"] = self._channels
        return library._StreamBase(
            kind="output",
            wrap_callback=None,
            device=self._device,
            channels=self._channels,
            dtype="float32",
            callback=ffi.cast("void*", callback),
            userdata=ffi.cast("void*", self.wires.__array_interface__["data"][0]),
        )

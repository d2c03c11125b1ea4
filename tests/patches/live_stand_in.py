"""As much of Ableton Live 12 as the remote script touches: Live itself cannot be run here.

Names, types, units and refusals are those of Live's own descriptions of its Python API (the docstrings of `Clip`,
`ClipSlot` and `Song`, the Live Object Model), of `_Framework.ControlSurface` as Live 12 has it, and of what others
found by trying: a new loop has a marker at its start and a hidden one a 64th of a beat later, markers are objects and
nothing else, and whoever sets `warping` has the sound analysed again.
"""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import soundfile

from riffosc.wav import read_loop

A_64TH = 1 / 64


@dataclass(frozen=True)
class WarpMarker:
    sample_time: float  # seconds
    beat_time: float


class Clip:
    def __init__(self, live: "Live", path: str) -> None:
        tags = read_loop(path)
        self._live = live
        self._warping = live.warps
        self._loop = [0.0, 1.0]
        self._markers = self._analysed(live.guess or (tags.tempo if tags else 120.0))
        self._looping = False
        self.seconds = soundfile.info(path).duration
        self.name = Path(path).stem
        self.legato = False
        self.start_marker = self.end_marker = 0.0
        self.is_playing = self.is_triggered = False
        self.analysed = 1

    def _analysed(self, tempo: float) -> list[WarpMarker]:
        beats = [0.0, 1.0, 1.0 + A_64TH] if self._live.finds_a_hit else [0.0, A_64TH]
        return [WarpMarker(beat * 60 / tempo, beat) for beat in beats]

    @property
    def warp_markers(self) -> tuple[WarpMarker, ...]:
        return tuple(self._markers)

    def add_warp_marker(self, marker: WarpMarker) -> None:
        if not isinstance(marker, WarpMarker):
            raise RuntimeError("No registered converter was able to produce a C++ rvalue of type TWarpMarker")
        before = [each for each in self._markers[:-1] if each.beat_time < marker.beat_time]
        step = (marker.sample_time - before[-1].sample_time) / (marker.beat_time - before[-1].beat_time)
        hidden = WarpMarker(marker.sample_time + A_64TH * step, marker.beat_time + A_64TH)
        self._markers = [*before, marker, hidden]

    def remove_warp_marker(self, beat_time: float) -> None:
        found = [marker for marker in self._markers[:-1] if marker.beat_time == beat_time]
        if not found:
            raise RuntimeError("The specified warp marker doesn't exist")
        self._markers.remove(found[0])

    @property
    def warping(self) -> bool:
        return self._warping

    @warping.setter
    def warping(self, value: bool) -> None:
        self._warping = value
        self.analysed += 1

    @property
    def looping(self) -> bool:
        return self._looping

    @looping.setter
    def looping(self, value: bool) -> None:
        if value and not self._warping:
            raise RuntimeError("Only warped audio clips can be looped")
        self._looping = value

    @property
    def loop_start(self) -> float:
        return self._loop[0]

    @loop_start.setter
    def loop_start(self, value: float) -> None:
        if value >= self._loop[1]:
            raise RuntimeError("LoopStart must be lower than LoopEnd")
        self._loop[0] = value

    @property
    def loop_end(self) -> float:
        return self._loop[1]

    @loop_end.setter
    def loop_end(self, value: float) -> None:
        if value <= self._loop[0]:
            raise RuntimeError("LoopEnd must be greater than LoopStart")
        self._loop[1] = value

    @property
    def sounds_s(self) -> float:
        """The place in the file where the loop's end lies."""
        before, last = self._markers[-2:]
        step = (last.sample_time - before.sample_time) / (last.beat_time - before.beat_time)
        return before.sample_time + (self.loop_end - before.beat_time) * step


class ClipSlot:
    def __init__(self, live: "Live") -> None:
        self._live = live
        self.clip: Clip | None = None

    @property
    def has_clip(self) -> bool:
        return self.clip is not None

    def create_audio_clip(self, path: str) -> None:
        if self.has_clip:
            raise RuntimeError("The slot already has a clip")
        if not Path(path).is_absolute() or not Path(path).is_file():
            raise RuntimeError("Invalid path")
        self.clip = Clip(self._live, path)

    def delete_clip(self) -> None:
        if self.clip is None:
            raise RuntimeError("The slot has no clip")
        self.clip = None

    def fire(self) -> None:
        """Launched at the next bar line; Live starts if it stands still."""
        assert self.clip is not None
        self.clip.is_triggered = True
        self._live.is_playing = True


class Track:
    is_foldable = False

    def __init__(self, live: "Live", name: str, audio: bool) -> None:
        self.name = name
        self.has_audio_input = audio
        self.clip_slots = tuple(ClipSlot(live) for _ in range(live.scenes))

    def launch(self) -> None:
        """What Live does on the bar line: one clip of a track sounds."""
        clips = [slot.clip for slot in self.clip_slots if slot.clip is not None]
        if triggered := [clip for clip in clips if clip.is_triggered]:
            for clip in clips:
                clip.is_playing = clip is triggered[-1]
                clip.is_triggered = False


class Live:
    """A set, which is its own song, and the hand that scripts have on Live (`c_instance`)."""

    def __init__(
        self, scenes: int = 8, warps: bool = True, guess: float | None = None, finds_a_hit: bool = False
    ) -> None:
        self.scenes = scenes
        self.warps = warps  # whether the preferences have short samples warped
        self.guess = guess  # the tempo that Live takes samples for, in place of what is in the file
        self.finds_a_hit = finds_a_hit  # and holds on to it with a marker, as it does with longer samples
        self.is_playing = False
        self.shown: list[str] = []
        self.tracks: list[Track] = [Track(self, "1-MIDI", False)]

    def song(self) -> "Live":
        return self

    def create_audio_track(self, index: int) -> Track:
        track = Track(self, f"{len(self.tracks) + 1}-Audio", True)
        self.tracks.insert(len(self.tracks) if index == -1 else index, track)
        return track

    def show_message(self, text: str) -> None:
        self.shown.append(text)

    def bar_line(self) -> None:
        for track in self.tracks:
            track.launch()


class ControlSurface:
    def __init__(self, c_instance: Live) -> None:
        self._c_instance = c_instance
        self.ticks = 0

    def song(self) -> Live:
        return self._c_instance.song()

    def show_message(self, message: str) -> None:
        self._c_instance.show_message(message)

    def update_display(self) -> None:
        self.ticks += 1

    def disconnect(self) -> None: ...


def modules() -> dict[str, ModuleType]:
    """What `import Live` and `from _Framework.ControlSurface import ControlSurface` find inside Live."""
    live, clips, framework, surface = map(ModuleType, ("Live", "Live.Clip", "_Framework", "_Framework.ControlSurface"))
    clips.WarpMarker = WarpMarker  # type: ignore[attr-defined]
    live.Clip = clips  # type: ignore[attr-defined]
    surface.ControlSurface = ControlSurface  # type: ignore[attr-defined]
    return {module.__name__: module for module in (live, clips, framework, surface)}

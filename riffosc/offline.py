"""`riffosc render`: the conductor under an offline clock, the renderer in this process, a file at the end."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from riffosc.actions import Fail, Render
from riffosc.clip import Clip, ClipRequest
from riffosc.clocks.offline import OfflineClock
from riffosc.conductor import Conductor
from riffosc.convert import Wishes, paint
from riffosc.naming import wav_tags
from riffosc.params import ParamError, Store
from riffosc.picture import Picture, save_picture
from riffosc.pictures import PictureShelf
from riffosc.rig import rig_of
from riffosc.sounds import SUFFIXES
from riffosc.timeline import Timeline
from riffosc.wav import write_wav

GLOBAL = ("tempo", "quantum", "key", "model", "vae", "lora", "scheduler")


def request_for(samplerate: int, wishes: dict[str, Any]) -> ClipRequest:
    """The request that the conductor makes of these parameters (by name), as if a player had set them in voice 1.

    But for its bars: where nobody waits, there may be any number of them. Raises ParamError, in words.
    """
    store = Store(1)
    for name, value in wishes.items():
        store.set(f"/riff/{name}" if name in GLOBAL else f"/riff/1/{name}", value)
    values = {**store.voice(1), "bars": wishes.get("bars", store.get("/riff/1/bars"))}
    conductor = Conductor({1: values}, find_seed, samplerate)
    clock = OfflineClock(Timeline(tempo=float(store.get("/riff/tempo")), quantum=int(store.get("/riff/quantum"))))
    conductor.timeline, conductor.key = clock.timeline, str(store.get("/riff/key"))
    conductor.rig = rig_of(store)
    conductor.change(1, "prompt", store.get("/riff/1/prompt"))
    for action in conductor.step(clock.now):
        if isinstance(action, Render):
            return action.job.request
        if isinstance(action, Fail):
            raise ParamError(action.words)
    raise ParamError("give a prompt or a seed image: there is nothing to paint")


def find_seed(name: str) -> Picture:
    """A seed picture, or a sound's: painted by whole bars, since nobody waits. Raises ValueError, in words."""
    path = Path(os.path.expanduser(name))  # which leaves a home that nobody has as it is
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return PictureShelf().find(name)
    from riffosc.restyle import whole_bars

    sound, bars = whole_bars(path)
    return paint(sound, bars, Wishes(settings="riffosc"), lambda _: None)


def render_to_file(out: Path, samplerate: int, wishes: dict[str, Any], inverter: str = "riffosc") -> Clip:
    from riffosc.synthesis.render import Renderer

    clip = Renderer().render(replace(request_for(samplerate, wishes), inverter=inverter))
    write_wav(out, clip.samples, samplerate, wav_tags(clip))
    save_picture(clip.picture, out.with_suffix(".png"))
    return clip

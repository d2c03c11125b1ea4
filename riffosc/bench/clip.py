"""`riffosc bench clip`: what a clip of the embedded model costs on this machine, part by part."""

import time
from statistics import median
from typing import Any

import torch

from riffosc.clip import ClipRequest
from riffosc.synthesis.render import Renderer

PROMPTS = (
    "techno drums",
    "funk bassline with a saxophone solo",
    "jazz piano chords",
    "ambient pad",
    "rock drums and bass",
)


def measure_clip(repeat: int, steps: int) -> dict[str, Any]:
    """Medians over `repeat` clips of 2 bars at 120: seconds by part, in all, and as a ratio to the clip's length."""
    started = time.perf_counter()
    renderer = Renderer()
    renderer.render(ClipRequest(prompts=((PROMPTS[0], 1.0),), steps=steps))
    first = time.perf_counter() - started
    clips = [
        renderer.render(ClipRequest(prompts=((p, 1.0),), seed=n, steps=steps)) for n, p in enumerate(_prompts(repeat))
    ]
    parts = ("text", "denoiser", "autoencoder", "codec")
    seconds = {part: median(clip.seconds[part] for clip in clips) for part in parts}
    total = median(sum(clip.seconds.values()) for clip in clips)
    length = clips[0].request.frames / clips[0].request.samplerate
    return {
        "device": f"cpu, {torch.get_num_threads()} threads",
        "clip_seconds": length,
        "steps": steps,
        "first_clip_seconds": first,
        **{f"{part}_seconds": value for part, value in seconds.items()},
        "seconds": total,
        "ratio": total / length,
    }


def _prompts(count: int) -> list[str]:
    return [PROMPTS[number % len(PROMPTS)] for number in range(count)]

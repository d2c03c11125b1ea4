"""Where another program's beat was, by what it said itself: the truth that riffosc is held against."""

from collections.abc import Callable
from typing import Any

import numpy as np

from riffosc.bench.peers import TICKS

Said = list[dict[str, Any]]
NEAR = 9  # readings of a survey, fifty a second; more might lie beyond a block that the server lost
Beat = Callable[[float], float]  # from the sound server's frames


class Survey:
    """The sound server's frames beside another time: `raw` is Link's, `wall` is that of time tags."""

    def __init__(self, said: Said, rate: int) -> None:
        said = list(said)  # it grows
        self._frames = np.array([one["frame"] for one in said], np.float64)
        self._times = {name: np.array([one[name] for one in said]) for name in ("raw", "wall")}
        self._rate = rate

    def at(self, frame: float, name: str) -> float:
        """That time when `frame` was now."""
        near = np.argsort(np.abs(self._frames - frame))[:NEAR]
        return float(np.median(self._times[name][near] - (self._frames[near] - frame) / self._rate))


def referee(name: str, said: Said, survey: Survey) -> Beat:
    """The beat of the peer `name` at a frame of the sound server."""
    match name:
        case "midi":
            start, period = said[0]["start"], said[0]["period"]
            return lambda frame: float((frame - start) / period / TICKS)
        case "jack":
            return lambda frame: _rolled(said, frame)
        case "tidal":
            return lambda frame: float((survey.at(frame, "wall") - said[0]["start"]) * said[0]["cps"] * 4)
    return lambda frame: _linked(said, survey.at(frame, "raw"))


def _rolled(said: Said, frame: float) -> float:
    """The transport loses time with every block that the server loses."""
    last = [one for one in said if one["frame"] <= frame] or said[:1]
    return float((frame - last[-1]["start"]) / last[-1]["period"])


def _linked(said: Said, raw: float) -> float:
    near = min(said, key=lambda one: abs(float(one["raw"]) - raw))
    return float(near["beat"] + (raw - near["raw"]) * near["tempo"] / 60)

"""How a knob's travel, 0 to 1, is spread over a range."""

from math import log

CURVES = ("linear", "exp", "log")
BEND = 50.0  # how strongly, where the range itself does not say it


def shape(curve: str, position: float, base: float = BEND) -> float:
    """0 to 1 again: `exp` has more room at the low end, `log` at the high end."""
    if curve == "exp":
        return float((base**position - 1) / (base - 1))
    return log(1 + position * (base - 1)) / log(base) if curve == "log" else position


def unshape(curve: str, part: float, base: float = BEND) -> float:
    """`shape` undone."""
    return shape({"exp": "log", "log": "exp"}.get(curve, curve), part, base)


def base_of(low: float, high: float) -> float:
    """That makes equal turns equal ratios, as of tempo or time, where a range has a ratio."""
    return max(low, high) / min(low, high) if min(low, high) > 0 and low != high else BEND

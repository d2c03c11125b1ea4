"""Which model paints: what is asked for paints once the renderer has it, and the old goes on until then."""

from collections.abc import Callable

from riffosc.clip import Rig
from riffosc.params import ParamError, Store, Value

ADDRESSES = {"model": "/riff/model", "vae": "/riff/vae", "loras": "/riff/lora", "scheduler": "/riff/scheduler"}
STRENGTH = 1.0  # of a LoRA without a number


def parse_loras(text: str) -> tuple[tuple[str, float], ...]:
    """`file 0.8, other 0.3`: a number ends each; without one it is 1. Raises ParamError, in words."""
    loras = tuple(_entry(words) for part in text.split(",") if (words := part.split()))
    names = [name for name, _ in loras]
    for name in names:
        if names.count(name) > 1:
            raise ParamError(f"{name!r:.40} is in the list twice")
    return loras


def _entry(words: list[str]) -> tuple[str, float]:
    try:
        strength = float(words[-1])
    except ValueError:
        return " ".join(words), STRENGTH
    if len(words) == 1:
        raise ParamError(f"a file comes first, then its strength: {words[0]} has no file")
    if not abs(strength) <= 10:
        raise ParamError(f"the strength of a LoRA is -10 to 10, not {words[-1]}")
    return " ".join(words[:-1]), strength


def rig_of(store: Store) -> Rig:
    """As the parameters stand."""
    asked = {part: str(store.get(address)) for part, address in ADDRESSES.items()}
    return Rig(asked["model"], asked["vae"], parse_loras(asked["loras"]), asked["scheduler"])


class RigChange:
    """On the way from one rig to the next. Event loop only."""

    def __init__(self, store: Store, load: Callable[[Rig], None], fail: Callable[[str, str], None]) -> None:
        self._store, self._load, self._fail = store, load, fail
        self.rig = Rig()  # what paints
        self._asked: Rig | None = None  # what the renderer was last told to load
        store.refine(ADDRESSES["loras"], _checked)

    @property
    def waiting(self) -> bool:
        return self._asked is not None

    def step(self) -> None:
        """Ask for what the parameters say, once for all that was changed together."""
        wanted = rig_of(self._store)
        if wanted == self._asked or (self._asked is None and wanted == self.rig):
            return
        self._asked = wanted
        self._load(wanted)

    def again(self) -> None:
        """The renderer is a new one, and knows of nothing."""
        self._asked = None

    def loaded(self, rig: Rig) -> bool:
        """The renderer has it; whether it is now what paints: what was asked for before the last change is not."""
        if rig != self._asked:
            return False
        changed, self.rig, self._asked = rig != self.rig, rig, None
        return changed

    def refused(self, rig: Rig, words: str) -> dict[str, Value]:
        """It cannot be had, and that is said; what the parameters go back to, by their addresses."""
        if rig != self._asked:
            return {}
        self._asked = None
        back = {part: address for part, address in ADDRESSES.items() if getattr(rig, part) != getattr(self.rig, part)}
        self._fail(next(iter(back.values()), ADDRESSES["model"]), words)
        return {address: _written(self.rig, part) for part, address in back.items()}


def _written(rig: Rig, part: str) -> Value:
    if part == "loras":
        return ", ".join(f"{name} {strength:g}" for name, strength in rig.loras)
    return str(getattr(rig, part))


def _checked(_: str, text: Value) -> Value:
    parse_loras(str(text))
    return text

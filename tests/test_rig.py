"""What is asked for paints once it is loaded; what cannot be loaded goes back, and is said."""

from collections.abc import Iterator

import pytest
from hall import Hall

from riffosc.clip import Rig
from riffosc.params import ParamError
from riffosc.rig import parse_loras


class SlowHall(Hall):
    """A renderer that answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Rig] = []
        self.rigs: list[Rig] = []
        self.fails: list[tuple[str, str]] = []

    def load(self, rig: Rig) -> None:
        self.asked.append(rig)

    def render(self, job, request, memory) -> None:
        self.rigs.append(request.rig)
        super().render(job, request, memory)

    def fail(self, command: str, code: int, text: str) -> None:
        self.fails.append((command, text))


@pytest.fixture
def hall() -> Iterator[SlowHall]:
    made = SlowHall()
    made.store.set("/riff/1/prompt", "one")
    made.run(4)
    made.rigs.clear()
    yield made
    made.close()


def test_the_old_model_paints_until_the_new_one_is_there(hall: SlowHall) -> None:
    hall.store.set("/riff/model", "some/model")
    hall.store.set("/riff/scheduler", "DDIM")
    hall.run(1)
    wanted = Rig("some/model", scheduler="DDIM")
    assert hall.asked == [wanted], "once for all that was set together"
    hall.store.set("/riff/1/seed", 5)
    hall.run(3)
    assert hall.rigs == [Rig()]
    hall.engine.take(("loading", "some/model: 40 %"))
    assert hall.store.get("/riff/loading") == "some/model: 40 %"
    hall.engine.take(("loaded", wanted))
    hall.run(3)
    assert hall.rigs == [Rig(), wanted], "what sounds is painted again"
    assert hall.asked == [wanted]


def test_what_cannot_be_had_goes_back_and_is_said(hall: SlowHall) -> None:
    hall.store.set("/riff/lora", "drums.safetensors 0.5, b c")
    hall.run(0.1)
    wanted = Rig(loras=(("drums.safetensors", 0.5), ("b c", 1.0)))
    assert hall.asked == [wanted]
    hall.engine.take(("refused", wanted, "drums.safetensors is missing."))
    assert hall.fails == [("/riff/lora", "drums.safetensors is missing.")]
    assert hall.store.get("/riff/lora") == ""
    hall.run(1)
    assert hall.asked == [wanted] and hall.rigs == []


def test_only_the_newest_wish_counts(hall: SlowHall) -> None:
    for name in ("a", "b"):
        hall.store.set("/riff/model", name)
        hall.run(0.1)
    hall.engine.take(("refused", Rig("a"), "a is missing."))
    hall.engine.take(("loaded", Rig("a")))
    assert hall.store.get("/riff/model") == "b" and hall.fails == []
    hall.engine.take(("loaded", Rig("b")))
    hall.run(3)
    assert hall.rigs == [Rig("b")]


def test_back_to_what_paints_before_it_came(hall: SlowHall) -> None:
    hall.store.set("/riff/model", "a")
    hall.run(0.1)
    hall.store.set("/riff/model", "embedded")
    hall.run(0.1)
    hall.engine.take(("loaded", Rig("a")))
    hall.engine.take(("loaded", Rig()))
    hall.run(3)
    assert hall.rigs == []


def test_a_renderer_that_died_while_loading_is_asked_again(hall: SlowHall) -> None:
    hall.store.set("/riff/model", "a")
    hall.run(0.1)
    hall.engine.take(("lost",))
    hall.store.set("/riff/1/seed", 5)
    hall.engine.take(("ready",))
    hall.run(1)
    assert hall.asked == [Rig("a")] * 2 and hall.rigs == [], "painting waits for it, and the loops go round"
    hall.engine.take(("loaded", Rig("a")))
    hall.run(3)
    assert hall.rigs[-1] == Rig("a")


@pytest.mark.parametrize("text", ["0.5", "a 11", "a 1, a 2", "a nan"])
def test_what_is_no_list_of_loras_is_refused(hall: SlowHall, text: str) -> None:
    with pytest.raises(ParamError):
        hall.store.set("/riff/lora", text)


def test_loras_have_a_strength_each() -> None:
    assert parse_loras(" a.safetensors , my file.safetensors -0.5,b 2,") == (
        ("a.safetensors", 1.0),
        ("my file.safetensors", -0.5),
        ("b", 2.0),
    )

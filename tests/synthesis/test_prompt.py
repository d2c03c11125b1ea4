from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.synthesis.prompt import parse_prompt


@pytest.mark.parametrize(
    ("prompt", "spans"),
    [
        ("", ()),
        ("acid bass", (("acid bass", 1.0),)),
        ("(acid) bass", (("acid", 1.1), ("bass", 1.0))),
        ("(acid:1.3) bass", (("acid", 1.3), ("bass", 1.0))),
        ("[acid] bass", (("acid", 1 / 1.1), ("bass", 1.0))),
        ("((acid))", (("acid", 1.1 * 1.1),)),
        ("(loud (drums:1.5):2)", (("loud", 2.0), ("drums", 3.0))),
        (r"\(live\) drums", (("(live) drums", 1.0),)),
        ("drums: loud", (("drums: loud", 1.0),)),
        ("(drums", (("drums", 1.0),)),
        ("drums) and ] bass", (("drums and  bass", 1.0),)),
        ("(a:.5)", (("a", 0.5),)),
        ("(bass: 0.7 ) solo", (("bass", 0.7), ("solo", 1.0))),
    ],
)
def test_weights(prompt: str, spans: tuple[tuple[str, float], ...]) -> None:
    parsed = parse_prompt(prompt)
    assert [text for text, _ in parsed] == [text for text, _ in spans]
    assert [weight for _, weight in parsed] == pytest.approx([weight for _, weight in spans])


@pytest.mark.parametrize("prompt", [f"(a:{'9' * 400})", "(" * 300 + "a" + ")" * 300, f"(a:-{'9' * 400})"])
def test_no_weight_is_more_than_ten(prompt: str) -> None:
    ((_, weight),) = parse_prompt(prompt)
    assert abs(weight) == 10


@given(st.text(alphabet="ab ()[]:\\1.5é", max_size=60))
def test_any_typing_gives_some_prompt(prompt: str) -> None:
    for text, weight in parse_prompt(prompt):
        assert text and isfinite(weight)

"""Address patterns of OSC 1.0."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.control.patterns import MAX_PATTERN, Patterns, is_pattern

ADDRESSES = ("/riff/tempo", "/riff/1/gain", "/riff/2/gain", "/riff/12/gain", "/riff/1/mute", "/riff/2/mute")


def match(pattern):
    return Patterns(ADDRESSES).match(pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/riff/*/mute", ["/riff/1/mute", "/riff/2/mute"]),
        ("/riff/?/gain", ["/riff/1/gain", "/riff/2/gain"]),
        ("/riff/[2-9]/*", ["/riff/2/gain", "/riff/2/mute"]),
        ("/riff/[9-2]/gain", ["/riff/2/gain"]),
        ("/riff/[!1]/gain", ["/riff/2/gain"]),
        ("/riff/[!2-9]/gain", ["/riff/1/gain"]),
        ("/riff/{1,12}/gain", ["/riff/1/gain", "/riff/12/gain"]),
        ("/riff/{1,2}*/gain", ["/riff/1/gain", "/riff/2/gain", "/riff/12/gain"]),
        ("/riff/1/{gain,mute,pan}", ["/riff/1/gain", "/riff/1/mute"]),
        ("/riff/*", ["/riff/tempo"]),
        ("/*/*/*u*", ["/riff/1/mute", "/riff/2/mute"]),
        ("/riff/1/[!-]ain", ["/riff/1/gain"]),
        ("/riff/1/[a-]ain", []),
        ("/riff/1/g[a-b]in", ["/riff/1/gain"]),
        ("/riff/tempo", ["/riff/tempo"]),
        ("/riff", []),
        ("//tempo", []),
        ("/riff*tempo", []),
        ("/riff/{1/gain,2}", []),
        ("/riff/[1/gain", []),
        ("/riff/{1/gain", []),
        ("/riff/}/gain", []),
        ("/riff/1/{gain,*}", []),
        ("/riff/1/{}gain{}", ["/riff/1/gain"]),
        ("/riff/1/[]gain", []),
    ],
)
def test_what_a_pattern_means(pattern, expected):
    assert sorted(match(pattern)) == sorted(expected)


@pytest.mark.parametrize(
    "pattern",
    [
        "/riff/" + "*" * 25 + "!",
        "/riff/" + "*a" * 60,
        "/riff/1/" + "{a,a}" * 20,
        "/riff/1/" + "*?" * 50 + "x",
        "/riff/" + "[!z]*" * 22,
    ],
)
def test_patterns_that_take_others_for_ever(pattern):
    assert len(pattern) <= MAX_PATTERN
    assert Patterns(["/riff/" + "a" * 200, *ADDRESSES]).match(pattern) is not None  # the time limit is the test


def test_too_long_a_pattern_means_nothing():
    assert match("/riff/" + "*" * MAX_PATTERN) == ()


def test_what_a_pattern_is():
    assert is_pattern("/riff/*/mute") and is_pattern("/riff/{1,2}/mute")
    assert not is_pattern("/riff/1/mute")


def test_the_cache_is_bounded():
    patterns = Patterns(ADDRESSES)
    for number in range(1000):
        patterns.match(f"/riff/{number}/*")
    assert patterns.match.cache_info().currsize <= 256


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_like_the_shell_within_a_part(pattern, text):
    assert bool(Patterns([text]).match(pattern)) == fnmatchcase(text, pattern)


@given(
    st.lists(st.sampled_from(["a", "b", "*", "?", "[ab]", "[!a]", "{a,bb}", "/"]), max_size=8),
    st.text("ab/", max_size=8),
)
def test_like_the_same_regular_expression(parts, text):
    regular = {"*": "[^/]*", "?": "[^/]", "[!a]": "[^a/]", "{a,bb}": "(a|bb)"}
    expression = "".join(regular.get(part, part) for part in parts)
    assert bool(Patterns([text]).match("".join(parts))) == bool(re.fullmatch(expression, text))


@given(st.text(max_size=40))
def test_any_pattern(pattern):
    assert isinstance(match(pattern), tuple)

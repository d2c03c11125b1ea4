"""Who may ask over HTTP: names, sites and networks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.control import guard
from riffosc.control.guard import Guard, Request
from riffosc.control.networks import Networks

PORT = 7433


def refusal(host="127.0.0.1:7433", origin=None, *, path="/riff", source="127.0.0.1", reached="127.0.0.1", **more):
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    ours = Guard(Networks(more.pop("allow", ())), more.pop("names", ()))
    return ours.refusal(Request(path, source, (reached, PORT), headers, **more))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:7433", "localhost", "localhost:7433", "LocalHost:7433", "[::1]", "[::1]:7433"]
)
def test_this_computer_by_all_its_names(host):
    assert refusal(host) == ""
    assert refusal(host, f"http://{host}") == ""
    assert refusal(host, f"http://{host}", changes=True) == ""


@pytest.mark.parametrize(
    "host",
    [
        "", "evil.example", "evil.example:7433", "localhost.evil.example", "127.0.0.1.evil.example", "localhost:80",
        "localhost:", "localhost:07433x", "user@localhost", "localhost:7433/", "127.0.0.1 ", "::1", "[::1",
        "192.168.1.5", "localhost:99999", "0x7f000001", "localhost\n",
    ],
)  # fmt: skip
def test_a_strangers_name_for_our_address_is_refused(host):
    assert refusal(host)
    assert refusal(host, f"http://{host}", changes=True)


def test_the_address_of_bind_and_that_which_was_reached():
    assert refusal("192.168.1.5:7433", reached="192.168.1.5") == ""
    assert refusal("192.168.1.6:7433", reached="192.168.1.5")
    assert refusal("studio.local:7433", names=["Studio.local"], reached="192.168.1.5") == ""
    assert refusal("[fe80::1]:7433", names=["fe80::1"], reached="fe80::1") == ""


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "https://127.0.0.1:7433", "http://127.0.0.1", "http://127.0.0.1:8000", "http://localhost:7433"],
)  # fmt: skip
def test_pages_of_other_sites_read_and_change_nothing(origin):
    assert refusal(origin=origin)
    assert refusal(origin=origin, changes=True)


def test_what_is_public_may_be_read_from_other_sites(monkeypatch):
    monkeypatch.setattr(guard, "PUBLIC", ("/samples/",))
    assert refusal(origin="https://strudel.cc", path="/samples/riff1/0.wav") == ""
    assert refusal(origin="https://strudel.cc", path="/samples/riff1/0.wav", changes=True)
    assert refusal(origin="https://strudel.cc", path="/riff")
    assert refusal("evil.example", "https://strudel.cc", path="/samples/riff1/0.wav")


def test_networks():
    allow = ("10.0.0.0/8",)
    assert "10.1.1.1" not in refusal("10.0.0.1", source="10.1.1.1", reached="10.0.0.1", allow=allow)
    assert "--allow" in refusal("10.0.0.1", source="192.168.1.1", reached="10.0.0.1", allow=allow)


@given(st.text(max_size=40), st.none() | st.text(max_size=40))
def test_any_headers_are_taken_or_refused(host, origin):
    words = refusal(host, origin)
    names = {"127.0.0.1", "localhost", "[::1]"}
    assert words or host.lower().removesuffix(":7433") in names

"""Which senders are listened to."""

import asyncio

import pytest
from osc_helpers import Caller

from riffosc.control.networks import Networks, is_loopback
from riffosc.control.osc import OscServer
from riffosc.params import ParamError, Store


def test_none_named_is_all():
    assert all(map(Networks().allow, ("127.0.0.1", "10.1.2.3", "2001:db8::1", "fe80::1%eth0")))


@pytest.mark.parametrize(
    ("source", "allowed"),
    [
        ("192.168.1.7", True),
        ("192.168.2.7", False),
        ("10.0.0.5", True),
        ("10.0.0.6", False),
        ("::ffff:192.168.1.7", True),
        ("::ffff:192.168.2.7", False),
        ("2001:db8::9", True),
        ("2001:db9::9", False),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("", False),
        ("localhost", False),
    ],
)
def test_those_named_and_this_computer(source, allowed):
    networks = Networks(("192.168.1.99/24", "10.0.0.5", "2001:db8::/32"))
    assert networks.allow(source) is allowed


@pytest.mark.parametrize("words", ["", "studio", "192.168.1", "192.168.1.0/33", "1.2.3.4/24/8"])
def test_what_is_no_network_is_said(words):
    with pytest.raises(ParamError, match=r"is no network; 192\.168\.1\.0/24 is one"):
        Networks([words])


@pytest.mark.parametrize(
    ("bind", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("studio.local", False),
    ],
)
def test_loopback(bind, loopback):
    assert is_loopback(bind) is loopback


def test_a_datagram_from_elsewhere_is_dropped():
    """The one address that can be had here is this computer's, so the rule is turned round for the test."""
    refused = []

    def allow(source):
        refused.append(source)
        return len(refused) > 1

    async def main():
        server = await OscServer.open(Store(), port=0)
        server.allow = allow
        loop = asyncio.get_running_loop()
        _, caller = await loop.create_datagram_endpoint(Caller, remote_addr=("127.0.0.1", server.port))
        caller.send("/riff/sync", 1)
        caller.send("/riff/sync", 2)
        assert await caller.next() == ("/riff/synced", 2)
        assert server.counters.received == 1
        caller.transport.close()
        server.close()
        await asyncio.sleep(0)

    asyncio.run(main())
    assert refused == ["127.0.0.1", "127.0.0.1"]

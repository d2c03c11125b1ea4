"""The server on a real socket."""

import asyncio
import math
import random
import time

import pytest
from osc_helpers import WALL, Caller, build, bundle

from riffosc import __version__
from riffosc.control.osc import OscServer
from riffosc.params import Store


def test_a_round_trip_from_the_listening_port(with_server):
    async def play(server, caller):
        caller.send("/riff/ping")
        assert await caller.next() == ("/riff/pong", __version__, 8, server.port)
        assert caller.sender == ("127.0.0.1", server.port)
        caller.send("/riff/1/prompt", "dub techno")
        caller.send("/riff/1/prompt")
        assert await caller.next() == ("/riff/1/prompt", "dub techno")

    with_server(play)


def test_notifications_come_from_the_listening_port(with_server):
    async def play(server, caller):
        caller.send("/riff/subscribe", "clip")
        assert (await caller.next())[0] == "/riff/done"
        server.notify("clip", "/riff/clip", "riff1", 1, "/loops/000001.wav", 120.0, 8.0, 41, "dub")
        assert await caller.next() == ("/riff/clip", "riff1", 1, "/loops/000001.wav", 120.0, 8.0, 41, "dub")
        server.notify("late", "/riff/late", 1, 4.0)
        assert await caller.next() == ("/riff/late", 1, 4.0)
        caller.send("/riff/1/save")
        caller.send("/riff/sync", 1)
        await caller.until("/riff/synced")
        server.done("/riff/1/save", "kept.wav")
        server.fail("/riff/1/save", 507, "the disk is full")
        assert await caller.next() == ("/riff/done", "/riff/1/save", "kept.wav")
        assert await caller.next() == ("/riff/fail", "/riff/1/save", 507, "the disk is full")

    with_server(play)


def test_a_bundle_for_later_on_the_loops_own_clock(with_server):
    async def play(server, caller):
        server.desk._schedule._wall = lambda: WALL  # the tags count from their arrival, however late that is
        later, sooner = bundle(WALL + 0.6, build("/riff/sync", 2)), bundle(WALL + 0.1, build("/riff/sync", 1))
        caller.transport.sendto(bundle(None, later, sooner, build("/riff/sync", 0)))
        assert [await caller.next() for _ in range(3)] == [("/riff/synced", n) for n in range(3)]

    with_server(play)


def test_hooks(with_server):
    heard = []

    async def play(server, caller):
        caller.transport.sendto(bundle(time.time() + 50, build("/riff/play", "prompt", "dub", "cycle", 2.0)))
        caller.send("/riff/sync", 1)
        await caller.until("/riff/synced")

    with_server(play, due=lambda *told: heard.append(told[:2]), played=lambda keys, _: heard.append(keys["cycle"]))
    assert heard == [2.0, ("/riff/1/prompt", "dub")]


def test_a_flood_of_faders(with_server):
    """Thirty thousand messages: all are taken, the last one wins, and the loop has time for others."""
    total, handful = 30_000, 50

    async def play(server, caller):
        turns = 0

        async def others():
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        ticking = asyncio.create_task(others())
        tasks = len(asyncio.all_tasks())
        for first in range(0, total, handful):
            for step in range(first, first + handful):
                caller.send("/riff/1/gain", step / total)
            caller.send("/riff/sync", first)
            assert await caller.next() == ("/riff/synced", first)
        assert len(asyncio.all_tasks()) == tasks
        ticking.cancel()
        assert turns >= total / handful
        assert server.desk.store.get("/riff/1/gain") == pytest.approx((total - 1) / total)
        assert server.counters.received == total + total // handful

    with_server(play)


def test_a_flood_with_nobody_waiting(with_server):
    """What the system loses, it loses; what was sent last and asked for is there."""

    async def play(server, caller):
        for step in range(30_000):
            caller.send("/riff/1/gain", step / 30_000)
        for attempt in range(1000):
            caller.send("/riff/1/gain", 1.5)
            caller.send("/riff/sync", attempt)
            try:
                await asyncio.wait_for(caller.heard.get(), 0.5)
                break
            except TimeoutError:
                continue  # there was no room for the question
        caller.send("/riff/1/gain")
        assert await caller.until("/riff/1/gain") == ("/riff/1/gain", 1.5)

    with_server(play)


def test_thousands_of_damaged_datagrams(with_server):
    async def play(server, caller):
        dice = random.Random(7)
        good = bundle(None, build("/riff/1/prompt", "dub", 0.5), build("/riff/tempo", 120), build("/riff/list"))
        for count in range(5000):
            damaged = bytearray(good)
            for _ in range(dice.randint(1, 4)):
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
            caller.transport.sendto(bytes(damaged[: dice.randint(1, len(damaged))]))
            if count % 20 == 0:
                caller.send("/riff/sync", count)
                while await caller.until("/riff/synced") != ("/riff/synced", count):
                    pass
        assert 0 < server.counters.bad <= 5000
        assert math.isfinite(server.desk.store.get("/riff/tempo"))

    with_server(play)


def test_a_subscriber_that_has_gone_disturbs_nobody(with_server):
    async def play(server, caller):
        loop = asyncio.get_running_loop()
        _, gone = await loop.create_datagram_endpoint(Caller, remote_addr=("127.0.0.1", server.port))
        gone.send("/riff/subscribe", "/riff/tempo", 200.0, 0.0)
        await gone.until("/riff/tempo")
        gone.transport.close()
        for tempo in range(100, 120):
            caller.send("/riff/tempo", tempo)
            caller.send("/riff/sync", tempo)
            assert await caller.next() == ("/riff/synced", tempo)

    with_server(play)


def test_who_cannot_be_reached_is_forgotten(with_server):
    async def play(server, caller):
        nowhere = ("127.0.0.1", 0)  # a port that nothing can be sent to
        server.desk.subscriptions.add(nowhere, "clip", (), lease=0)
        server.desk.receive(build("/riff/subscribe", "/riff/tempo"), nowhere)
        server.notify("clip", "/riff/clip", "riff1")
        assert len(server.desk.subscriptions) == 0

    with_server(play)


def test_nothing_piles_up_when_the_system_takes_no_more(with_server):
    async def play(server, caller):
        server.pause_writing()
        caller.send("/riff/ping")
        while server.counters.received < 1:
            await asyncio.sleep(0)
        server.resume_writing()
        caller.send("/riff/sync", 3)
        assert await caller.next() == ("/riff/synced", 3)

    with_server(play)


def test_a_port_that_is_taken():
    async def main():
        store = Store()
        server = await OscServer.open(store, port=0)
        with pytest.raises(OSError, match=f"UDP port {server.port} of 127.0.0.1 cannot be had"):
            await OscServer.open(store, port=server.port)
        server.close()
        server.notify("clip", "/riff/clip", "nobody hears it")
        await asyncio.sleep(0)
        again = await OscServer.open(store, port=server.port)
        assert again.port == server.port
        again.close()
        await asyncio.sleep(0)

    asyncio.run(main())


def test_two_servers_that_hear_each_other_come_to_rest():
    """One follows the other's tempo, and each gets the other's answers: no message may go round for ever."""

    async def main():
        one, other = await OscServer.open(Store(), port=0), await OscServer.open(Store(), port=0)
        for server, peer in ((one, other), (other, one)):
            for message in (
                build("/riff/status"),
                build("/riff/list"),
                build("/riff/beat"),
                build("/riff/nothing", 1),
                build("/riff/ping"),
            ):
                server._transport.sendto(message, ("127.0.0.1", peer.port))
        other._transport.sendto(build("/riff/subscribe", "/riff/tempo"), ("127.0.0.1", one.port))
        one.desk.store.set("/riff/tempo", 97.0)
        while other.desk.store.get("/riff/tempo") != 97.0:
            await asyncio.sleep(0.01)
        before = -1
        while before != (before := one.counters.received + other.counters.received):
            await asyncio.sleep(0.3)
        assert before < 200
        one.close()
        other.close()
        await asyncio.sleep(0)

    asyncio.run(main())

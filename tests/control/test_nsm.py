"""The session manager's protocol, message by message."""

import asyncio

import pytest
from osc_helpers import Caller, build

from riffosc.control.nsm import Nsm, NsmError

OPEN = ("/nsm/client/open", "/songs/a/riffosc.nABC", "A", "riffosc.nABC")


class Manager(Caller):
    """Answers to where it was announced."""

    def datagram_received(self, data, addr):
        self.client = addr
        super().datagram_received(data, addr)

    def send(self, *message):
        self.transport.sendto(build(*message), self.client)


@pytest.fixture
def with_manager():
    """Runs `play(manager, url)`."""

    def run(play):
        async def main():
            loop = asyncio.get_running_loop()
            transport, manager = await loop.create_datagram_endpoint(Manager, local_addr=("127.0.0.1", 0))
            try:
                await play(manager, f"osc.udp://localhost:{transport.get_extra_info('sockname')[1]}/")
            finally:
                transport.close()
                await asyncio.sleep(0)

        asyncio.run(main())

    return run


async def joined(manager, url):
    joining = asyncio.ensure_future(Nsm.join(url))
    await manager.until("/nsm/server/announce")
    manager.send("/reply", "/nsm/server/announce", "welcome", "tests", "::")
    manager.send(*OPEN)
    return await joining


def test_what_a_session_is_told(with_manager):
    async def play(manager, url):
        nsm, project = await joined(manager, url)
        assert (str(project.path), project.name, project.client) == OPEN[1:]
        nsm.opened("here")
        assert await manager.next() == ("/reply", "/nsm/client/open", "here")
        for dirty in (False, False, True, True, False):
            nsm.dirty(dirty)
        told = [(await manager.next())[0] for _ in range(3)]
        assert told == ["/nsm/client/is_clean", "/nsm/client/is_dirty", "/nsm/client/is_clean"]
        nsm.progress(1)
        assert await manager.next() == ("/nsm/client/progress", 1.0)
        nsm.message("words", 3)
        assert await manager.next() == ("/nsm/client/message", 3, "words")
        nsm.close()

    with_manager(play)


def test_saving_is_answered_when_it_is_done(with_manager):
    async def play(manager, url):
        nsm, _ = await joined(manager, url)
        manager.send("/nsm/client/save")
        assert (await manager.next())[:3] == ("/error", "/nsm/client/save", -6)
        disk = asyncio.get_running_loop().create_future()
        nsm.saves(lambda: disk)
        manager.send("/nsm/client/save")
        assert await manager.next() == ("/nsm/client/is_clean",)
        assert manager.heard.empty()
        disk.set_result("")
        assert await manager.next() == ("/reply", "/nsm/client/save", "saved")
        full = asyncio.get_running_loop().create_future()
        full.set_result("the disk is full")
        nsm.saves(lambda: full)
        manager.send("/nsm/client/save")
        assert await manager.next() == ("/error", "/nsm/client/save", -1, "the disk is full")
        assert await manager.next() == ("/nsm/client/is_dirty",), "it is not saved"
        nsm.close()

    with_manager(play)


def test_another_session_is_refused(with_manager):
    async def play(manager, url):
        nsm, _ = await joined(manager, url)
        manager.send(*OPEN)
        assert (await manager.next())[:3] == ("/error", "/nsm/client/open", -8)
        nsm.close()

    with_manager(play)


def test_a_refusal_comes_with_its_reason(with_manager):
    async def play(manager, url):
        joining = asyncio.ensure_future(Nsm.join(url))
        await manager.until("/nsm/server/announce")
        manager.send("/error", "/nsm/server/announce", -6, "no session is open")
        with pytest.raises(NsmError, match="no session is open"):
            await joining

    with_manager(play)


def test_nobody_is_waited_for_in_vain(with_manager):
    async def play(_, url):
        with pytest.raises(NsmError, match="answered within"):
            await Nsm.join(url, answer_s=0.01)

    with_manager(play)


@pytest.mark.parametrize("url", ["", "nonsense", "osc.tcp://localhost:1234/", "osc.udp://localhost/", "osc.udp://:99/"])
def test_an_url_that_leads_nowhere(url):
    with pytest.raises(NsmError, match="NSM_URL"):
        asyncio.run(Nsm.join(url))


def test_garbage_does_no_harm(with_manager):
    async def play(manager, url):
        joining = asyncio.ensure_future(Nsm.join(url))
        await manager.until("/nsm/server/announce")
        for garbage in (
            b"",
            b"\0",
            b"#bundle\0" + b"\0" * 8 + b"\xff\xff\xff\xfc",
            b"/nsm/client/open\0\0\0\0,sss\0\0\0\0",
        ):
            manager.transport.sendto(garbage, manager.client)
        for nonsense in (("/nsm/client/open",), ("/nsm/client/open", 1, 2, 3), ("/nsm/client/open", "", "", "")):
            manager.send(*nonsense)
            assert (await manager.until("/error"))[:2] == ("/error", "/nsm/client/open")
        for nonsense in (("/reply",), ("/error", "/nsm/server/announce"), ("/nsm/elsewhere", 1.0)):
            manager.send(*nonsense)
        manager.send("/reply", "/nsm/server/announce", "welcome", "tests", "::")
        manager.send(*OPEN)
        nsm, project = await joining
        assert project.client == "riffosc.nABC"
        nsm.close()

    with_manager(play)


def test_strangers_are_not_heard(with_manager):
    async def play(manager, url):
        joining = asyncio.ensure_future(Nsm.join(url))
        await manager.until("/nsm/server/announce")
        loop = asyncio.get_running_loop()
        stranger, _ = await loop.create_datagram_endpoint(Manager, local_addr=("127.0.0.1", 0))
        stranger.sendto(build("/nsm/client/open", "/theirs", "theirs", "theirs"), manager.client)
        stranger.close()
        manager.send("/reply", "/nsm/server/announce", "welcome", "tests", "::")
        manager.send(*OPEN)
        nsm, project = await joining
        assert project.name == "A"
        nsm.close()

    with_manager(play)

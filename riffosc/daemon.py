"""riffosc as a program: until Ctrl-C or SIGTERM, and in a session manager's session if there is one (NSM)."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TypeVar

from riffosc.app import App, Options, running
from riffosc.control.nsm import Code, Nsm, NsmError, Project
from riffosc.folder import FolderError
from riffosc.params import Value
from riffosc.session import FILE, Session

log = logging.getLogger(__name__)

T = TypeVar("T")
Started = Callable[[App], None]
LOOPS = "loops"  # the watched folder in a session, if none is named


async def run(options: Options, started: Started = lambda _: None) -> None:
    """Play until Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows has no such handlers; Ctrl-C raises KeyboardInterrupt there
            break
    url = os.environ.get("NSM_URL")
    joined = await _unless(stop, _join(url)) if url else None
    if joined:
        await _play_session(*joined, options, started, stop)
    elif not stop.is_set():
        async with running(options) as app:
            started(app)
            await stop.wait()


async def _join(url: str) -> tuple[Nsm, Project] | None:
    try:
        return await Nsm.join(url)
    except NsmError as error:
        log.warning("%s; riffosc plays without a session", error)
        return None


async def _play_session(nsm: Nsm, project: Project, options: Options, started: Started, stop: asyncio.Event) -> None:
    """JACK hears of us only now, and by the name that the session gives us."""
    nsm.progress(0.0)
    try:
        async with running(_within(project, options)) as app:
            _open(nsm, project, app)
            started(app)
            await stop.wait()
    except (OSError, FolderError) as error:
        nsm.refuse(Code.GENERAL, str(error))
        raise
    finally:
        nsm.close()


def _within(project: Project, options: Options) -> Options:
    """All that is written lies in the session's folder; only a whole path leads out of it."""
    folder, state = (project.path / (path or usual) for path, usual in ((options.folder, LOOPS), (options.state, "")))
    return replace(options, client=project.client, folder=folder, state=state)


def _open(nsm: Nsm, project: Project, app: App) -> None:
    """As it was saved, or a new one."""
    app.engine.tells.append(_Window(nsm))
    there = app.session.exists()
    if app.session.load() or not there:
        nsm.opened(f"{project.name}: {'as it was saved' if there else 'a new session'}, OSC on port {app.osc.port}")
    else:
        nsm.refuse(Code.BAD_PROJECT, f"{FILE} cannot be read; it is kept as {FILE}.bak when the session is saved")
    nsm.dirty(False)
    nsm.progress(0.5)  # loops can play; the renderer is still on its way
    nsm.saves(lambda: asyncio.wrap_future(app.session.save()))
    app.store.listen(partial(_changed, nsm, app.session))


def _changed(nsm: Nsm, session: Session, address: str, value: Value) -> None:
    if address == "/riff/renderer":
        nsm.message(f"the renderer is {value}")
        nsm.progress(1.0 if value == "ready" else 0.5)
    elif session.touched(address, value):
        nsm.dirty()


class _Window:
    """The manager's window hears what goes wrong."""

    def __init__(self, nsm: Nsm) -> None:
        self._nsm = nsm

    def notify(self, event: str, address: str, *args: Value) -> None:
        """Not for there."""

    def done(self, command: str, *args: Value) -> None:
        """Nor this."""

    def fail(self, command: str, code: int, text: str) -> None:
        self._nsm.message(f"{command}: {text}", 2)


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, T]) -> T | None:
    """What comes of it, or nothing if riffosc is stopped before."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
    for each in (task, stopped):
        each.cancel()
    await asyncio.wait((task,))
    return None if task.cancelled() else task.result()

"""The renderer's process: requests in, clips out. Nothing here imports torch before `serve` runs.

Messages are tuples over a pipe. In: ("render", job, request, memory), ("cancel", job), ("load", rig), ("ping", number).
Out: ("ready",), ("progress", job, part), ("done", job, picture, seconds), ("failed", job, words), ("cancelled", job),
("loading", words), ("loaded", rig), ("refused", rig, words), ("pong", number). Samples go into shared memory that the
daemon made and named.
"""

import logging
import os
import signal
import threading
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from riffosc.clip import Clip, ClipRequest, Rig
from riffosc.threads import wait_patiently

if TYPE_CHECKING:
    from riffosc.synthesis.render import Renderer

log = logging.getLogger(__name__)

NICENESS = 5  # painting may wait; listening, and all that a player does, may not


class Cancelled(Exception):
    """The clip is no longer wanted."""


def serve(pipe: Connection) -> None:
    """Answer until the daemon goes away."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group; the daemon decides what ends
        signal.signal(number, signal.SIG_IGN)
    step_back()
    wait_patiently()
    desk = Desk(pipe)
    threading.Thread(target=desk.listen, daemon=True).start()
    desk.work()


def step_back() -> None:
    """Let riffosc itself go first, wherever both want a processor.

    Linux shares processors between sessions first (autogroup, see sched(7)), and only then by niceness: in the same
    session the renderer would use up what the loop is due, which then waited for tenths of a second.
    """
    if hasattr(os, "setsid"):
        with suppress(PermissionError):  # it leads a group already
            os.setsid()
    if hasattr(os, "nice"):
        os.nice(NICENESS)


class Desk:
    """Takes messages in while the renderer is busy: pings are answered and clips cancelled meanwhile."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._orders: SimpleQueue[tuple[int, ClipRequest, str]] = SimpleQueue()
        self._rigs: SimpleQueue[Rig] = SimpleQueue()
        self._cancelled: set[int] = set()
        self._send_lock = threading.Lock()

    def send(self, *message: Any) -> None:
        with self._send_lock:
            self._pipe.send(message)

    def listen(self) -> None:
        try:
            while True:
                self._take(self._pipe.recv())
        except (EOFError, OSError):
            os._exit(0)  # the daemon is gone: there is nobody left to render for

    def _take(self, message: tuple[Any, ...]) -> None:
        match message:
            case ("render", job, request, memory):
                self._orders.put((job, request, memory))
            case ("cancel", job):
                self._cancelled.add(job)
            case ("load", rig):
                self._rigs.put(rig)
            case ("ping", number):
                self.send("pong", number)

    def work(self) -> None:
        from riffosc.synthesis.render import Renderer

        renderer = Renderer()
        threading.Thread(target=self._load, args=(renderer,), daemon=True).start()
        self.send("ready")
        while True:
            job, request, memory = self._orders.get()
            try:
                clip = renderer.render(request, partial(self._progress, job))
                hand_over(clip, memory)
                self.send("done", job, clip.picture, clip.seconds)
            except Cancelled:
                self.send("cancelled", job)
            except (BrokenPipeError, ConnectionResetError):
                return
            except ValueError as error:  # said in words already: no such model, no such picture
                self.send("failed", job, str(error))
            except Exception as error:
                log.exception("clip %d could not be rendered", job)
                self.send("failed", job, f"{error}" or type(error).__name__)
            self._cancelled.discard(job)

    def _load(self, renderer: "Renderer") -> None:
        """Rigs are made ready beside the painting, one after another; only the newest that was asked for counts."""
        while True:
            rig = self._rigs.get()
            while not self._rigs.empty():
                rig = self._rigs.get()
            try:
                self.send("loading", rig.model)
                renderer.prepare(rig, partial(self.send, "loading"))
                answer: tuple[Any, ...] = ("loaded", rig)
            except ValueError as error:  # said in words already
                answer = ("refused", rig, str(error))
            except Exception as error:
                log.exception("%s could not be loaded", rig)
                answer = ("refused", rig, f"{error}" or type(error).__name__)
            self.send("loading", "")
            self.send(*answer)

    def _progress(self, job: int, part: float) -> None:
        if job in self._cancelled:
            raise Cancelled
        self.send("progress", job, part)


def hand_over(clip: Clip, memory: str) -> None:
    """Copy a clip's samples into the shared memory that waits for them."""
    shared = SharedMemory(memory)
    try:
        place = np.ndarray(clip.samples.shape, np.float32, shared.buf)
        place[:] = clip.samples
        del place
    finally:
        shared.close()

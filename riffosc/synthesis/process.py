"""The daemon's side of the renderer: start it, watch it by ping and pong, start it again when it dies."""

import asyncio
import contextlib
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from riffosc.clip import ClipRequest, Rig
from riffosc.synthesis.worker import serve

log = logging.getLogger(__name__)

PING_S = 1.0
SILENT_S = 30.0  # no pong for so long: it hangs. Loading a model may hold the interpreter for seconds.
RESTART_S = 0.5
START_S = 120.0  # importing torch from a cold disk takes its time

Message = tuple[Any, ...]


class RendererProcess:
    """One renderer at a time. Event loop only, but for its reading thread.

    `on_message` gets the messages of `worker`, and ("lost",) when the process has died: whatever was in its
    hands will not come.
    """

    def __init__(self, on_message: Callable[[Message], None]) -> None:
        self._on_message = on_message
        self._loop = asyncio.get_running_loop()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._heard = time.monotonic()
        self._ready = False
        self._stopping = False
        self._watch: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._spawn()
        self._watch = self._loop.create_task(self._keep_watch())

    def _spawn(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), name="riffosc-renderer", daemon=True)
        self._process.start()
        theirs.close()
        self._heard, self._ready = time.monotonic(), False
        threading.Thread(target=self._read, args=(self._pipe,), daemon=True).start()

    def _read(self, pipe: Connection) -> None:
        """Any thread. It alone closes the pipe, once the renderer is gone: nobody else knows that it is not read."""
        try:
            while True:
                message = pipe.recv()
                self._loop.call_soon_threadsafe(self._hear, pipe, message)
        except (EOFError, OSError):
            # The loop may be closed already when riffosc itself is on its way out.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._lose, pipe)
        finally:
            pipe.close()

    def _hear(self, pipe: Connection, message: Message) -> None:
        if pipe is not self._pipe:
            return
        self._heard = time.monotonic()
        if message[0] == "ready":
            self._ready = True
        if message[0] != "pong":
            self._on_message(message)

    def _lose(self, pipe: Connection) -> None:
        if pipe is not self._pipe or self._stopping:
            return
        self._pipe = None
        log.error("the renderer has died; the loops play on while it is started again")
        self._on_message(("lost",))
        self._loop.call_later(RESTART_S, self._respawn)

    def _respawn(self) -> None:
        if not self._stopping:
            self._reap()
            self._spawn()

    async def _keep_watch(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(PING_S)
            number += 1
            self._send("ping", number)
            patience = SILENT_S if self._ready else START_S
            if self._process and self._pipe and time.monotonic() - self._heard > patience:
                log.error("the renderer has not answered for %d s and is ended", patience)
                self._process.kill()

    def render(self, job: int, request: ClipRequest, memory: str) -> None:
        self._send("render", job, request, memory)

    def load(self, rig: Rig) -> None:
        self._send("load", rig)

    def cancel(self, job: int) -> None:
        self._send("cancel", job)

    def _send(self, *message: Any) -> None:
        if self._pipe is None:
            return
        try:
            self._pipe.send(message)
        except OSError:
            self._lose(self._pipe)

    def _reap(self) -> None:
        if self._process:
            self._process.kill()
            self._process.join(5)
            self._process.close()
            self._process = None

    def stop(self) -> None:
        self._stopping = True
        if self._watch:
            self._watch.cancel()
        self._pipe = None
        self._reap()

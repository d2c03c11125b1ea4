"""Calls that may never return, such as those into a sound server that hangs."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def aside(work: Callable[..., T], *args: object) -> T:
    """`work(*args)` in a thread of its own, for which the program does not wait at its end."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work(*args))
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, name="riffosc-aside", daemon=True).start()
    return await asyncio.wrap_future(future)

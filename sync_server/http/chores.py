"""What a server does beside its requests: files of scopes, contacts, daily sums, months."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from shared.core.errors import Unavailable
from sync_server.http.admission import Gate
from sync_server.http.errors import log
from sync_server.http.service import Service

T = TypeVar("T")
SNAPSHOT_PAUSE_S = 5.0
"""Publications come in bursts; one file is made for all of them."""

SUM_PAUSE_S = 15.0
HORIZON_ROUNDS = 240
"""Once an hour."""
CONTACT_ROUNDS = 20
"""Contacts are written every five minutes: head office's desks are not woken for each hello."""


async def make_snapshots(service: Service) -> None:
    """Keep the files of shared scopes fresh beside the requests."""
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def note_change() -> None:
        loop.call_soon_threadsafe(changed.set)

    service.committed.append(note_change)
    while True:
        # Without a file devices take pages; the next commit tries again.
        await _tried("files of scopes", lambda: run_in_threadpool(service.make_snapshots))
        await changed.wait()
        await asyncio.sleep(SNAPSHOT_PAUSE_S)
        changed.clear()


async def keep_books(service: Service, pushes: Gate) -> None:
    """Daily sums follow the pushes, contacts the hellos; neither holds a request up."""
    loop = asyncio.get_running_loop()
    # A thread of its own: requests never wait for a free one because of the books.
    with ThreadPoolExecutor(1, thread_name_prefix="books") as thread:

        def alone(work: Callable[[], T]) -> Callable[[], Awaitable[T]]:
            return lambda: loop.run_in_executor(thread, work)

        async def sum_some() -> bool:
            # The books take turns with the pushes like a device: both want the one writer.
            async with pushes.turn("books"):
                return await alone(service.sum_some_days)()

        rounds = 0
        while True:
            if rounds % CONTACT_ROUNDS == 0:
                await _tried("contacts", alone(service.write_contacts))
            if rounds % HORIZON_ROUNDS == 0:
                await _tried("old removals", alone(service.keep_horizon))
            while await _tried("daily sums", sum_some):
                continue
            while await _tried("months", alone(service.close_asked_months)):
                continue
            rounds += 1
            await asyncio.sleep(SUM_PAUSE_S)


async def _tried(chore: str, work: Callable[[], Awaitable[T]]) -> T | None:
    """Do a chore; what goes wrong is written down. No fault ends a chore for good, or another."""
    try:
        return await work()
    except Unavailable as error:
        log.info("%s wait: %s", chore, error.code)
    except Exception as error:
        log.error("%s could not be brought up to date", chore, exc_info=error)
    return None

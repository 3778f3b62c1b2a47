"""What holds for every test: the same examples on every run, and no thread left behind."""

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import settings

from tests.builders.engines import create_sharing

# The same run twice finds the same, and a slow minute of the machine is no failure.
# A longer, random search: pytest --hypothesis-profile=search
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile("repeatable")

_ENGINES = ("desktop.store.engine", "sync_server.store.engine")
THREAD_GRACE_S = 1.0


def _is_of_a_running_loop(thread: threading.Thread) -> bool:
    loop = getattr(thread, "loop", None)
    return isinstance(loop, asyncio.AbstractEventLoop) and loop.is_running()


def threads_still_alive(known: set[threading.Thread]) -> list[threading.Thread]:
    """The threads started since `known` that do not end within the grace time, together.

    A server shared by the tests of a file takes one more of its pool when requests meet: as long as
    its loop runs in a thread that was there before, that is none of the test's.
    """
    started = [
        thread
        for thread in threading.enumerate()
        if thread not in known and not _is_of_a_running_loop(thread)
    ]
    deadline_s = time.monotonic() + THREAD_GRACE_S
    for thread in started:
        thread.join(max(0.0, deadline_s - time.monotonic()))
    return [thread for thread in started if thread.is_alive()]


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: nobody looks through it for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True, scope="session")
def _statements_are_compiled_once() -> Iterator[None]:
    """Compiled statements belong to the program: a test's own databases do not cost them anew."""
    device, office = (patch(f"{name}.create_engine", create_sharing) for name in _ENGINES)
    with device, office:
        yield


@pytest.fixture(autouse=True)
def _no_thread_is_left_behind() -> Iterator[None]:
    """Fails a test whose threads outlive it; session and module fixtures start before it."""
    known = set(threading.enumerate())
    yield
    alive = threads_still_alive(known)
    assert not alive, f"threads still running: {[thread.name for thread in alive]}"

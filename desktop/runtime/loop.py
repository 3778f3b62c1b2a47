"""The one event loop of the desktop: asyncio on Qt."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import qasync
from PySide6.QtCore import QCoreApplication

from desktop.runtime import pace


def run(application: QCoreApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run ``main`` on an asyncio loop driven by Qt until it returns the exit code."""
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    try:
        with pace.sweeping(application):
            code: int = loop.run_until_complete(main())
            return code
    finally:
        asyncio.set_event_loop(None)
        loop.close()

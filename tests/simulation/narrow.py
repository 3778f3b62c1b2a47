"""Runs in which batches, pages and slices hold next to nothing, so that all of them have ends."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

_LIMITS = (
    ("desktop.sync.engine.PUSH_DOCUMENTS_MAX", 2),
    ("desktop.sync.pulling.PAGE_ROWS", 5),
    ("desktop.sync.pulling.PULL_SCOPES_MAX", 2),
    ("desktop.sync.pulling.RUN_ROWS", 2),
    ("desktop.sync.pulling._LITTLE", 10),
    ("desktop.sync.returning.ENVELOPES_MAX", 3),
    ("shared.sync.confirm.SLICE_ROWS", 3),
    ("sync_server.sync.envelopes.ENVELOPES_MAX", 3),
    ("sync_server.sync.pull.RUN_ROWS", 3),
)


@contextmanager
def narrow() -> Iterator[None]:
    """What takes one request otherwise takes many, and may break off between any two of them."""
    with ExitStack() as limits:
        for name, value in _LIMITS:
            limits.enter_context(patch(name, value))
        yield

"""A body has its time as a whole, and its size is counted as it comes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from sync_server.http.limits import BodyRefused, Limits


def read_through(limits: Callable[[Any], Limits], pieces: Sequence[bytes], *waits: float) -> bytes:
    """What an app behind the limits gets of a body that comes in pieces, with a pause before each;
    the last pause is that before all further ones."""
    got: list[bytes] = []
    pauses = list(waits)
    left = list(pieces)

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        more = True
        while more:
            message = await receive()
            got.append(message["body"])
            more = message["more_body"]

    async def receive() -> Any:
        await asyncio.sleep(pauses.pop(0) if len(pauses) > 1 else pauses[0])
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def send(_message: Any) -> None:
        raise AssertionError("nothing is sent")

    asyncio.run(limits(app)({"type": "http", "headers": []}, receive, send))
    return b"".join(got)


def test_a_byte_now_and_then_does_not_keep_a_line_for_ever() -> None:
    with pytest.raises(BodyRefused, match="REQUEST_TOO_SLOW"):
        read_through(lambda app: Limits(app, timeout_s=0.1), [b"x"] * 1000, 0.01)


def test_much_at_once_earns_no_long_stall() -> None:
    with pytest.raises(BodyRefused, match="REQUEST_TOO_SLOW"):
        read_through(lambda app: Limits(app, timeout_s=0.1), [bytes(64 * 1024), b"x"], 0.0, 2.0)


def test_a_large_body_on_a_poor_line_has_more_time() -> None:
    pieces = [bytes(8 * 1024)] * 12
    body = read_through(lambda app: Limits(app, timeout_s=0.05), pieces, 0.01)
    assert len(body) == 12 * 8 * 1024


def test_the_size_is_counted_and_not_believed() -> None:
    with pytest.raises(BodyRefused, match="BODY_TOO_LARGE"):
        read_through(lambda app: Limits(app, bytes_max=100), [bytes(60), bytes(60)], 0)

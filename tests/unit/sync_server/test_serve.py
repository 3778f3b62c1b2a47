"""The socket the server listens on."""

import socket

from sync_server.http.serve import _listen


def test_an_answers_body_does_not_wait_for_the_receipt_of_its_head() -> None:
    with _listen("127.0.0.1", 0) as listening:
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
        with near, far:
            assert far.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

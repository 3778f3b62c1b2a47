"""The wire: one ASGI app around the handlers, with limits, signatures and errors."""

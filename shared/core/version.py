"""Which Qutong this is, as a device tells it and screens show it."""

from typing import Final

VERSION: Final = "0.1.0"
"""The same as in the project's own metadata (a test holds both together)."""

"""What the window asks of whoever prints."""

from collections.abc import Sequence
from typing import Protocol

from desktop.devices.job_folder import Job


class Jobs(Protocol):
    """The papers that wait for their printers."""

    def jobs(self) -> Sequence[Job]:
        """All jobs, oldest first; the last printed ones among them."""

    def retry(self, number: int) -> None:
        """Try a waiting or failed job now."""

    def cancel(self, number: int) -> None:
        """Forget a job that was not printed."""

    def reprint(self, number: int) -> int:
        """Print the same again as a new job; its number."""

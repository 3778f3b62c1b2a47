"""Where what is printed goes on this device."""

from pathlib import Path

from desktop.devices.job_folder import JobState
from desktop.devices.print_queue import PrintQueue
from desktop.devices.transports import transport_of
from desktop.store.errors import folder_told
from desktop.ui.frame import Settings
from shared.core.clock import Clock
from shared.core.errors import QutongError

RECEIPT = "receipt"
PRINTER, PAGE = "printer.receipt", "printer.page"
"""Settings: the address of the receipt printer; ``open`` or ``keep`` for pages."""


class DevicePaper:
    """Receipts wait in a queue for their printer; pages become files a person can print."""

    def __init__(self, home: Path, settings: Settings, clock: Clock) -> None:
        self._folder = home / "paper"
        self._settings = settings
        self.queue = PrintQueue(home / "printing", {}, clock)
        self._address = ""
        self.connect()
        self.queue.start()

    def connect(self) -> None:
        """Use the printer the settings name."""
        address = self._settings.get(PRINTER)
        if address == self._address:
            return
        self._address = ""
        if address:
            try:
                self.queue.set_printer(RECEIPT, transport_of(address))
            except QutongError:
                # An address nobody can print to: receipts are kept until it is mended.
                return
        self._address = address

    def receipt(self, job: bytes, title: str) -> None:
        """Queue bytes for the receipt printer; without a printer they are kept as a file."""
        self.connect()
        if not self._address:
            self.save(job, f"{title}.bin")
            return
        try:
            self.queue.submit(RECEIPT, title, job)
        except QutongError:
            self.save(job, f"{title}.bin")

    def document(self, pdf: bytes, title: str) -> None:
        """Keep a page, and open it where the person said so."""
        path = self.save(pdf, f"{title}.pdf")
        if self._settings.get(PAGE, "open") == "open":
            _show(path)

    def save(self, content: bytes, file_name: str) -> str:
        """Write a file into the paper folder, whole or not at all; its path.

        Raises: Unavailable DISK_FULL, FOLDER_UNUSABLE.
        """
        path = self._folder / file_name.replace("/", "-")
        part = path.with_name(path.name + ".part")
        with folder_told(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                part.write_bytes(content)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        return str(path)

    def stuck(self) -> int:
        """How many receipts wait, or were set aside, since their printer did not take them."""
        return sum(bool(one.code) and one.state is not JobState.DONE for one in self.queue.jobs())

    def close(self) -> None:
        """End after the job being printed; the others wait for the next start."""
        self.queue.stop()


def _show(path: str) -> None:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices, QGuiApplication

    if QGuiApplication.platformName() != "offscreen":
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

"""Where what is printed goes on this device."""

from pathlib import Path

from desktop.ui.frame import Settings


class DevicePaper:
    """Puts receipts and pages into the device's paper folder."""

    def __init__(self, home: Path, settings: Settings) -> None:
        self._folder = home / "paper"
        self._settings = settings

    def receipt(self, job: bytes, title: str) -> None:
        """Queue bytes for the receipt printer."""
        self.save(job, f"{title}.bin")

    def document(self, pdf: bytes, title: str) -> None:
        """Keep a page."""
        self.save(pdf, f"{title}.pdf")

    def save(self, content: bytes, file_name: str) -> str:
        """Write a file into the paper folder; its path."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / file_name.replace("/", "-")
        path.write_bytes(content)
        return str(path)

    def close(self) -> None:
        """Nothing is left waiting."""

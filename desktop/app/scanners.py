"""The scanner of this device as its settings say: prefix, suffix, pace, or a serial port."""

from collections.abc import Callable

from desktop.devices.scanner import ScannerSettings
from desktop.devices.serial_scanner import SerialScanner, open_serial
from desktop.ui.frame import Settings

PREFIX, SUFFIX, GAP_MS, PORT = (
    "scanner.prefix", "scanner.suffix", "scanner.gap_ms", "scanner.port",
)  # fmt: skip
"""Settings. The suffix is ``Enter``, ``Tab`` or ``Enter,Tab``; a port is COM3 or /dev/ttyUSB0."""
USUAL_GAP_MS = 35


def scanner_settings(settings: Settings) -> ScannerSettings:
    """How keys are told from scans on this device."""
    suffixes = settings.get(SUFFIX, "Enter,Tab").split(",")
    gap = settings.get(GAP_MS, str(USUAL_GAP_MS))
    gap_ms = min(max(int(gap), 10), 200) if gap.isdigit() else USUAL_GAP_MS
    return ScannerSettings(
        prefix=settings.get(PREFIX),
        suffixes=frozenset(one for one in suffixes if one),
        gap_us=gap_ms * 1000,
    )


class Scanners:
    """Keeps the decoder and the serial port as the settings are."""

    def __init__(
        self,
        settings: Settings,
        use: Callable[[ScannerSettings], None],
        scanned: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._use = use
        self._scanned = scanned
        self._serial: SerialScanner | None = None
        self._port = ""

    def start(self) -> None:
        """Read the settings (again); a port that is not there is tried until it is."""
        self._use(scanner_settings(self._settings))
        port = self._settings.get(PORT)
        if port == self._port:
            return
        self.stop()
        self._port = port
        if port:
            self._serial = SerialScanner(
                lambda: open_serial(port), lambda scan: self._scanned(scan.text)
            )
            self._serial.start()

    def stop(self) -> None:
        """Let go of the port."""
        serial, self._serial = self._serial, None
        self._port = ""
        if serial is not None:
            serial.stop()

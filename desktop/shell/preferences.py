"""State of the settings screen: choices of this device, rules of the shop, tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.access.usecases import policies, set_policy
from desktop.devices.transports import installed_printers, transport_of
from desktop.printing import display
from desktop.printing.escpos import PrinterProfile, encode, kick
from desktop.printing.slip import PaperRoll
from desktop.printing.slips import trial_slip
from desktop.store.desk import Desk
from desktop.ui.frame import Settings
from desktop.watched import Watched
from desktop.words.texts import Words
from shared.access.rules import FIRST_TENDER, ROUND_OFF
from shared.core.errors import RuleViolation
from shared.sync.neighbours import HOST, MEMBER, MODE, OFF, LanStanding

ROLL, DRAWER, PRINTER, PAGE = "printer.roll", "printer.drawer", "printer.receipt", "printer.page"
"""Settings of paper: ``58`` or ``80``, ``1`` where a drawer hangs on the printer, the printer's
address, and ``open`` or ``keep`` for pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A setting with a few values; ``texts`` are keys of words, in the order of ``values``."""

    key: str
    values: tuple[str, ...]
    texts: tuple[str, ...]
    usual: str


LOOKS: Final = (
    Choice(
        key="language",
        values=("zh", "en"),
        texts=("settings.zh", "settings.en"),
        usual="zh",
    ),
    Choice(
        key="scheme",
        values=("", "light", "dark"),
        texts=("settings.system", "settings.light", "settings.dark"),
        usual="",
    ),
    Choice(
        key="text_percent",
        values=("100", "115", "130", "150", "175", "200"),
        texts=tuple(f"settings.percent_{n}" for n in (100, 115, 130, 150, 175, 200)),
        usual="100",
    ),
    Choice(key="sound", values=("1", "0"), texts=("settings.on", "settings.off"), usual="1"),
)
PAPER: Final = (
    Choice(key=ROLL, values=("80", "58"), texts=("settings.mm80", "settings.mm58"), usual="80"),
    Choice(key=DRAWER, values=("1", "0"), texts=("settings.yes", "settings.no"), usual="0"),
    Choice(
        key=PAGE, values=("open", "keep"), texts=("settings.page_open", "settings.page_keep"),
        usual="open",
    ),
)  # fmt: skip
DISPLAY: Final = Choice(
    key=display.KIND,
    values=(display.DIGITS, display.TEXT),
    texts=("settings.display_digits", "settings.display_text"),
    usual=display.DIGITS,
)
SCANNER: Final = (
    Choice(
        key="scanner.suffix",
        values=("Enter,Tab", "Enter", "Tab"),
        texts=("settings.enter_or_tab", "settings.enter", "settings.tab"),
        usual="Enter,Tab",
    ),
    Choice(
        key="scanner.gap_ms",
        values=("35", "50", "80"),
        texts=("settings.fast", "settings.medium", "settings.slow"),
        usual="35",
    ),
)
LAN: Final = Choice(
    key=MODE,
    values=(OFF, HOST, MEMBER),
    texts=("settings.lan_off", "settings.lan_host", "settings.lan_member"),
    usual=OFF,
)
FIRST_TENDERS: Final = (
    "cash", "static_code", "payment_code", "card", "bank_transfer", "mall", "points",
)  # fmt: skip
"""Points are proposed where a member who has some buys."""
RULES: Final = (
    Choice(
        key=FIRST_TENDER,
        values=FIRST_TENDERS,
        texts=tuple(f"settings.tender_{one}" for one in FIRST_TENDERS),
        usual="cash",
    ),
    Choice(
        key=ROUND_OFF,
        values=("none", "jiao", "yuan"),
        texts=("settings.no_rounding", "settings.to_jiao", "settings.to_yuan"),
        usual="none",
    ),
)


_NO_LINE: Final = frozenset({"NETWORK", "HOST_AWAY"})


class Preferences(Watched):
    """What this device remembers, and what the shop's rules are here."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        super().__init__()
        self._desk = desk
        self._settings = settings
        self.rules: dict[str, str] = {}
        self.printers: Sequence[str] = ()
        self.last_scan = ""

    async def load(self) -> None:
        """Read the rules, and which printers this computer knows."""
        identity = self._desk.store.identity
        site_id = identity.site_id if identity is not None else ""
        self.rules = await self._desk.fetch(policies, site_id)
        self.changed()
        self.printers = await self._desk.work(installed_printers)
        self.changed()

    def get(self, choice: Choice) -> str:
        """The value that holds."""
        if choice in RULES:
            return self.rules.get(choice.key, choice.usual)
        kept = self._settings.get(choice.key, choice.usual)
        return kept if kept in choice.values else choice.usual

    async def set(self, choice: Choice, value: str) -> None:
        """Choose a value. Raises as ``set_policy`` for a rule of the shop."""
        if choice in RULES:
            try:
                await self._desk.do(set_policy, choice.key, value)
            finally:
                await self.load()
            return
        self._settings.put(choice.key, value)

    def text(self, key: str) -> str:
        """A setting that is typed."""
        return self._settings.get(key)

    def put_text(self, key: str, value: str) -> None:
        """Remember a typed setting. Raises RuleViolation PRINTER_ADDRESS_UNREADABLE."""
        plain = value.strip()
        if key in (PRINTER, display.ADDRESS) and plain:
            transport_of(plain)
        self._settings.put(key, plain)

    @property
    def sharing(self) -> LanStanding:
        """How sharing in the store's network stands (Q06)."""
        neighbours = self._desk.neighbours
        return LanStanding() if neighbours is None else neighbours.standing()

    def sharing_text(self, words: Words) -> str:
        """The same in words; '' when this device does not share."""
        stands = self.sharing
        if stands.mode == OFF:
            return ""
        if stands.code and stands.code not in _NO_LINE:
            known = self._desk.store.identity
            about = {"device_id": known.device_id if known is not None else ""}
            return words("settings.lan_trouble", why=words.sentence(stands.code, about))
        if not stands.is_reached:
            return words("settings.lan_away")
        if stands.devices < 2:
            return words("settings.lan_alone")
        return words("settings.lan_standing", n=stands.devices)

    def scanned(self, code: str) -> None:
        """A scan came while the screen was open."""
        self.last_scan = code
        self.changed()

    async def test_display(self, words: Words) -> None:
        """Show a line to the customer. Raises: RuleViolation DISPLAY_MISSING,
        PRINTER_ADDRESS_UNREADABLE; Unavailable PRINTER_UNREACHABLE, PRINTER_MISSING."""
        address = self._settings.get(display.ADDRESS)
        if not address:
            raise RuleViolation("DISPLAY_MISSING")
        line = display.trial(self.get(DISPLAY), words("settings.display_hello"), "CNY")
        await self._desk.work(transport_of(address).send, line)

    def test_slip(self, words: Words) -> bytes:
        """A slip that shows whether paper, letters and drawer are set up right."""
        roll = PaperRoll.MM_58 if self._settings.get(ROLL, "80") == "58" else PaperRoll.MM_80
        job = encode(trial_slip(words, roll), PrinterProfile(roll=roll))
        return job + (kick() if self._settings.get(DRAWER, "0") == "1" else b"")

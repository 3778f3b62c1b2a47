"""What stands on the sheet of a counter, as its events made it."""

from desktop.stocktake.model.sheet import Found
from desktop.stocktake.usecases.sheets import Event
from shared.stock.rules import MANY_MICRO
from shared.stocktake.documents import UnknownCode


class OnSheet:
    """Products with what was found of them, unknown codes, and the product in hand."""

    def __init__(self) -> None:
        super().__init__()
        self.clear()

    def clear(self) -> None:
        """Nothing was done yet."""
        self.found: dict[str, Found] = {}
        self.current = ""
        """The product in hand."""
        self.unknown: list[UnknownCode] = []
        self.stranger = ""
        """The unknown code just scanned, until something is said of it."""
        self.is_empty_shelf = False
        self.events: list[Event] = []

    def apply(self, event: Event) -> None:
        """Let something that was done stand on the sheet."""
        self.events.append(event)
        if event.kind == "unknown":
            self.unknown.append(UnknownCode(code=event.code, note=event.note))
            self.stranger = event.code
            return
        if event.kind == "empty":
            self.is_empty_shelf = True
            return
        found = self.found[event.product_id]
        kept = 0 if event.kind == "set" else found.qty_micro
        found.qty_micro = max(kept + event.qty_micro, 0)
        found.at_us, found.is_touched, found.order = event.at_us, True, len(self.events)
        if event.serial:
            found.serials[event.serial] = event.at_us
        self.current, self.stranger = event.product_id, ""

    @property
    def lines(self) -> list[Found]:
        """What is on the sheet, last touched first; what is still wanted at the end."""
        return sorted(self.found.values(), key=lambda one: (-one.order, one.goods.code))

    @property
    def in_hand(self) -> Found | None:
        """The product in hand."""
        return self.found.get(self.current)

    @property
    def scans(self) -> int:
        """How much was done on this sheet."""
        return len(self.events)

    @property
    def photos(self) -> int:
        """How many photos were taken on this sheet."""
        return sum(1 for one in self.events if one.has_photo)

    @property
    def many(self) -> list[Found]:
        """What is so many that it looks like a slip of the fingers."""
        return [one for one in self.lines if one.qty_micro >= MANY_MICRO]

    @property
    def pieces_micro(self) -> int:
        """Pieces found in this zone."""
        return sum(one.qty_micro for one in self.found.values())

    @property
    def says_how_many(self) -> bool:
        """Whether a number keyed now is what the scan just made stands for, and adds to nothing."""
        last = self.events[-1] if self.events else None
        return (
            last is not None
            and last.product_id == self.current
            and bool(last.factor_micro)
            and not last.serial
        )

    def is_unsaid(self, code: str) -> bool:
        """Whether this unknown code was met last, and nobody said anything of it yet."""
        last = self.events[-1] if self.events else None
        is_it = last is not None and last.kind == "unknown" and last.code == code
        return is_it and last is not None and not last.note and not last.has_photo

"""Pure decisions of counting: what adds up, what must be counted again, who may do what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from shared.core.errors import AccessDenied, RuleViolation
from shared.core.rounding import MICRO


class CountScope(StrEnum):
    """What a count is for (H01-H03)."""

    OPENING = "opening"
    FULL = "full"
    SPOT = "spot"


class CountMode(StrEnum):
    """Whether the counter sees the book (明盘) or not (盲盘) while counting (H04, H05)."""

    BLIND = "blind"
    OPEN = "open"


class CountState(StrEnum):
    """Where a count stands."""

    COUNTING = "counting"
    REVEALED = "revealed"
    POSTED = "posted"


class CountAction(StrEnum):
    """What a person may do with a count."""

    COUNT = "count"
    REVEAL = "reveal"
    ASK_RECOUNT = "ask_recount"
    RECOUNT = "recount"
    APPROVE = "approve"
    POST = "post"


ACTIONS: Final[Mapping[CountState, tuple[CountAction, ...]]] = {
    CountState.COUNTING: (CountAction.COUNT, CountAction.REVEAL),
    CountState.REVEALED: (
        CountAction.ASK_RECOUNT,
        CountAction.RECOUNT,
        CountAction.APPROVE,
        CountAction.POST,
    ),
    CountState.POSTED: (),
}
"""The life of a count; a screen offers what stands here and no more."""


def check_action(state: CountState, action: CountAction) -> None:
    """Whether the count is where this act belongs. Raises: RuleViolation STEP_NOT_ALLOWED."""
    if action not in ACTIONS[state]:
        raise RuleViolation("STEP_NOT_ALLOWED", state=state.value, action=action.value)


# Counting


class Seen(NamedTuple):
    """One line of a sealed zone sheet: what one person found of a product at an instant."""

    sheet: str
    """The sheet's id."""
    zone_id: str
    counter_id: str
    product_id: str
    qty_micro: int
    counted_at_us: int
    serial: str = ""
    """A serial number counts once in a whole count (H06)."""
    is_recount: bool = False
    """A recount speaks only of the products it names; a first sheet of the whole zone."""


class Counted(NamedTuple):
    """What a count says of a product, over all zones."""

    product_id: str
    qty_micro: int
    last_at_us: int
    """The instant the book is compared at (H07): the last line that makes up the figure."""
    is_settled: bool
    """False while two people disagree about a zone and no two of three agree (H08)."""
    counters: tuple[str, ...]
    """Everybody whose figures are in it, sorted."""
    is_checked: bool
    """Two people or more counted it in each of its zones."""


def combine(lines: Iterable[Seen]) -> dict[str, Counted]:
    """Counted quantities by product: zones add, the same zone again never does (H06).

    Several figures of one zone are recounts of each other: best two of three people (H08). The
    last sheet of the same person stands for that person's figure.
    """
    sheets = _sheets(_without_repeated_serials(lines))
    by_product: dict[str, list[_Settled]] = {}
    for zone_products, people in sheets.values():
        read = [_read(one) for one in people]
        for product_id in zone_products:
            figures = [f for f in (_figure(one, product_id) for one in read) if f]
            by_product.setdefault(product_id, []).append(_best_two(figures))
    return {product: _added(product, zones) for product, zones in sorted(by_product.items())}


class _Figure(NamedTuple):
    counter_id: str
    qty_micro: int
    at_us: int


class _Settled(NamedTuple):
    figure: _Figure
    is_settled: bool
    counters: tuple[str, ...]


_Sheet = list[Seen]


class _Read(NamedTuple):
    """A sheet with its lines by product: they are asked for product by product."""

    counter_id: str
    is_recount: bool
    last_at_us: int
    lines: Mapping[str, Sequence[Seen]]


def _read(sheet: _Sheet) -> _Read:
    lines: dict[str, list[Seen]] = {}
    for line in sheet:
        lines.setdefault(line.product_id, []).append(line)
    return _Read(sheet[0].counter_id, sheet[0].is_recount, _last(sheet), lines)


def _without_repeated_serials(lines: Iterable[Seen]) -> list[Seen]:
    """Each serial once: in the zone and sheet where it was seen first, recounts apart."""
    kept: list[Seen] = []
    place_of: dict[tuple[str, str], str] = {}
    on_sheet: set[tuple[str, str, str]] = set()
    for line in sorted(lines, key=lambda line: (line.counted_at_us, line.sheet)):
        if line.serial:
            place = place_of.setdefault((line.product_id, line.serial), line.zone_id)
            once = (line.product_id, line.serial, line.sheet)
            if place != line.zone_id or once in on_sheet:
                continue
            on_sheet.add(once)
        kept.append(line)
    return kept


def _sheets(lines: Iterable[Seen]) -> dict[str, tuple[list[str], list[_Sheet]]]:
    """Per zone: the products met there, and the sheets by time, oldest first."""
    by_zone: dict[str, dict[str, _Sheet]] = {}
    for line in lines:
        by_zone.setdefault(line.zone_id, {}).setdefault(line.sheet, []).append(line)
    return {
        zone: (
            sorted({line.product_id for sheet in sheets.values() for line in sheet}),
            sorted(sheets.values(), key=lambda sheet: (_last(sheet), sheet[0].sheet)),
        )
        for zone, sheets in sorted(by_zone.items())
    }


def _last(sheet: _Sheet) -> int:
    return max(line.counted_at_us for line in sheet)


def _figure(sheet: _Read, product_id: str) -> _Figure | None:
    """What a sheet says of a product: a first sheet says 0 of what it does not name."""
    mine = sheet.lines.get(product_id, ())
    if not mine and sheet.is_recount:
        return None
    if len(mine) == 1:
        return _Figure(sheet.counter_id, mine[0].qty_micro, mine[0].counted_at_us)
    at_us = max((line.counted_at_us for line in mine), default=sheet.last_at_us)
    return _Figure(sheet.counter_id, sum(line.qty_micro for line in mine), at_us)


def _best_two(figures: Sequence[_Figure]) -> _Settled:
    if len(figures) == 1:
        (one,) = figures
        return _Settled(one, True, (one.counter_id,))
    latest = {figure.counter_id: figure for figure in figures}
    people = sorted(latest.values(), key=lambda figure: (figure.at_us, figure.counter_id))
    counters = tuple(sorted(latest))
    if len(people) == 1:
        return _Settled(people[0], True, counters)
    # The latest agreeing pair: its later instant is what the book is compared at.
    for place in range(len(people) - 1, 0, -1):
        if any(people[place].qty_micro == other.qty_micro for other in people[:place]):
            return _Settled(people[place], True, counters)
    return _Settled(people[-1], False, counters)


def _added(product_id: str, zones: Sequence[_Settled]) -> Counted:
    if len(zones) == 1:
        figure, is_settled, counters = zones[0]
        seen_by_two = len(counters) > 1
        return Counted(
            product_id, figure.qty_micro, figure.at_us, is_settled, counters, seen_by_two
        )
    return Counted(
        product_id=product_id,
        qty_micro=sum(zone.figure.qty_micro for zone in zones),
        last_at_us=max(zone.figure.at_us for zone in zones),
        is_settled=all(zone.is_settled for zone in zones),
        counters=tuple(sorted({name for zone in zones for name in zone.counters})),
        is_checked=all(len(zone.counters) > 1 for zone in zones),
    )


def uncounted(zones: Iterable[str], counted: Collection[str]) -> list[str]:
    """The zones nobody sealed a sheet of yet, in their own order (H02)."""
    return [zone for zone in zones if zone not in counted]


def check_all_counted(zones: Iterable[str], counted: Collection[str]) -> None:
    """A count is revealed when every zone was counted. Raises: RuleViolation ZONES_UNCOUNTED."""
    missing = uncounted(zones, counted)
    if missing:
        raise RuleViolation("ZONES_UNCOUNTED", zones=" ".join(missing), number=len(missing))


def check_recounter(counter_id: str, former: Collection[str]) -> None:
    """A recount needs another person (H08). Raises: AccessDenied SAME_COUNTER."""
    if counter_id in former:
        raise AccessDenied("SAME_COUNTER")


def check_revealer(person_id: str, counters: Collection[str], *, is_alone: bool = False) -> None:
    """Who counted does not reveal (workflows, step 5), unless nobody else at the site may.

    An owner alone in the shop counts and reveals; the count says that both were one person.
    Raises: AccessDenied REVEALER_COUNTED.
    """
    if person_id in counters and not is_alone:
        raise AccessDenied("REVEALER_COUNTED")


def seal(lines: Iterable[Sequence[str | int]]) -> bytes:
    """The committed digest of a zone sheet: 32 bytes over its lines in their order.

    A line is its product, lot, serial, quantity and instant; any change shows.
    """
    hashed = sha256()
    for line in lines:
        for part in line:
            data = str(part).encode()
            hashed.update(len(data).to_bytes(4, "big") + data)
    return hashed.digest()


# Labels and reasons

_LABEL: Final = "QTZ/"


def label_text(count_number: str, zone_id: str) -> str:
    """What the label of a zone says to a scanner."""
    return f"{_LABEL}{count_number}/{zone_id}"


def zone_of_label(code: str) -> tuple[str, str] | None:
    """Count number and zone of a scanned label; None for any other code."""
    if not code.startswith(_LABEL):
        return None
    number, found, zone_id = code.removeprefix(_LABEL).partition("/")
    return (number, zone_id) if found and number and zone_id else None


_GTIN: Final = 14


def unit_code(code: str) -> tuple[str, str] | None:
    """Barcode and serial of a single piece, from a GS1 code with (01) and (21); None for others.

    Brackets and the sign before the code that some scanners send are left out.
    """
    plain = code.removeprefix("]d2").removeprefix("]C1").replace("(01)", "01", 1)
    plain = plain.replace("(21)", "21", 1)
    gtin, rest = plain[2 : 2 + _GTIN], plain[2 + _GTIN :]
    is_unit = plain.startswith("01") and gtin.isdigit() and len(gtin) == _GTIN
    if not is_unit or not rest.startswith("21"):
        return None
    serial = rest[2:].partition("\x1d")[0]
    return (gtin, serial) if serial else None


REASONS: Final = (
    "lost",
    "damaged",
    "stolen",
    "received_wrong",
    "sold_wrong",
    "sale_missing",
    "used_missing",
    "counted_wrong",
    "unknown",
)
"""Why a count differs; the keys 1 to 9 in this order (H09)."""


# Comparing with the book

ANY: Final = -1
"""A tolerance that is not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far a line may be off without being counted again (H08); -1 = not looked at."""

    qty_micro: int = ANY
    ratio_micro: int = ANY
    """Of the book, in millionths (50,000 = 5 %)."""
    value_minor: int = ANY


def is_out(tolerance: Tolerance, *, book_micro: int, counted_micro: int, value_minor: int) -> bool:
    """Whether a line goes to recount: beyond any one of the limits that are set."""
    off = abs(counted_micro - book_micro)
    if not off:
        return False
    if tolerance.qty_micro != ANY and off > tolerance.qty_micro:
        return True
    # Without a book every piece is more than any share of it.
    if tolerance.ratio_micro != ANY and off * MICRO > tolerance.ratio_micro * abs(book_micro):
        return True
    return tolerance.value_minor != ANY and abs(value_minor) > tolerance.value_minor


class ApproverLevel(StrEnum):
    """Who has to sign a count of some value (H09)."""

    NOBODY = "nobody"
    SITE = "site"
    HEAD_OFFICE = "head_office"


_RANK: Final = {level: rank for rank, level in enumerate(ApproverLevel)}


def approver_needed(values_minor: Iterable[int], site_limit_minor: int) -> ApproverLevel:
    """Who signs: by the sum of all differences without their signs.

    A shortage cannot hide behind a surplus of the same value.
    """
    total = sum(abs(value) for value in values_minor)
    if total == 0:
        return ApproverLevel.NOBODY
    return ApproverLevel.SITE if total <= site_limit_minor else ApproverLevel.HEAD_OFFICE


def check_approval(needed: ApproverLevel, signed: ApproverLevel, value_minor: int) -> None:
    """Whether the signature at hand is enough (H09).

    Raises: RuleViolation APPROVAL_MISSING with who is needed and the value.
    """
    if _RANK[signed] < _RANK[needed]:
        raise RuleViolation("APPROVAL_MISSING", needed=needed.value, value_minor=value_minor)


def check_opening(scope: CountScope, *, is_opened: bool) -> None:
    """A site is opened once (H01). Raises: RuleViolation ALREADY_OPENED."""
    if scope is CountScope.OPENING and is_opened:
        raise RuleViolation("ALREADY_OPENED")


def correction_micro(counted_micro: int, book_with_count_micro: int) -> int:
    """What a posted line still needs so that the counted figure stands at its instant (H07).

    ``book_with_count`` is the book at the line's instant, its own adjustment included.
    """
    return counted_micro - book_with_count_micro

"""A draft of the next price version: changes against its parent, kept until it is submitted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from desktop.pricing.model.words import is_ratio
from desktop.watched import Watched
from shared.core.errors import QutongError, RuleViolation
from shared.core.money import apply_ratio, parse_ratio_micro, parse_unit_price_micro
from shared.core.rounding import MICRO, divide_half_away
from shared.core.text import fold
from shared.pricing.queries.stated import Stated
from shared.pricing.rules import CEILING, FLOOR, RETAIL, PriceRow, row_key
from shared.pricing.rules.dimensions import is_dimension

_CENT_MICRO: Final = 10_000
Key = tuple[str, str, str, bool, int]
"""What a row is about, as ``row_key`` says."""


class _Kept(msgspec.Struct, array_like=True):
    """A draft as it is kept on disk."""

    parent_number: int
    rows: list[PriceRow]
    effective_at_us: int = 0
    reason: str = ""
    message: str = ""
    prints_labels: bool = False
    excluded: list[str] = []


class Publication(NamedTuple):
    """When a version takes effect (0 = at once), why, and what goes with it."""

    effective_at_us: int = 0
    reason: str = ""
    message: str = ""
    """What devices are told of it."""
    prints_labels: bool = False
    """Whether shops are asked for new labels."""
    excluded: tuple[str, ...] = ()
    """Regions whose dealers stay at the prices they have."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A price or ratio of the parent beside what the draft makes of it."""

    stated: Stated
    after: PriceRow | None
    """None = unchanged; removed rows carry ``is_removed``."""

    @property
    def key(self) -> Key:
        """What the row is about."""
        return row_key(self.stated.row)

    @property
    def before_micro(self) -> int | None:
        """Price or ratio of the parent; None when the draft states it for the first time."""
        return value_of(self.stated.row) if self.stated.number else None

    @property
    def after_micro(self) -> int | None:
        """Price or ratio of the draft; None when it takes the row away."""
        if self.after is None:
            return self.before_micro
        return None if self.after.is_removed else value_of(self.after)

    @property
    def change_micro(self) -> int | None:
        """By how much it changes, as a ratio at 10⁻⁶; None where there is nothing to compare."""
        before, after = self.before_micro, self.after_micro
        if self.after is None or not before or after is None:
            return None
        return divide_half_away((after - before) * MICRO, before)


class PasteProblem(NamedTuple):
    """A pasted line that could not be taken, by its place from 1."""

    line: int
    text: str
    error: QutongError


class Counts(NamedTuple):
    """What a draft changes."""

    up: int
    down: int
    new: int
    gone: int


def written_out(text: str) -> str | None:
    """A dimension written out, such as ``level:L1``."""
    return text if is_dimension(text) else None


def value_of(row: PriceRow) -> int:
    """The price or the ratio of a row, at 10⁻⁶."""
    return row.ratio_micro or row.unit_price_micro


class PriceDraft(Watched):
    """The changes somebody is making. ``keep`` is given the bytes after each change."""

    def __init__(
        self, parent_number: int, stated: Sequence[Stated], keep: Callable[[bytes], None]
    ) -> None:
        super().__init__()
        self.parent_number = parent_number
        self.stated = list(stated)
        self.changes: dict[Key, PriceRow] = {}
        self.header = Publication()
        self._keep = keep
        self._known = {row_key(one.row): one for one in stated}
        self._undo: list[dict[Key, PriceRow]] = []
        self._names: dict[str, str] = {}

    # what the screen shows

    def rows(self, *, only_changed: bool = False) -> list[GridRow]:
        """The parent's rows with what becomes of them, and after them what is new."""
        found = [GridRow(one, self.changes.get(row_key(one.row))) for one in self.stated]
        new = [row for key, row in self.changes.items() if key not in self._known]
        found += [
            GridRow(Stated(row, row.product_id, self._name_of(row.product_id), 0), row)
            for row in new
        ]
        return [one for one in found if one.after is not None] if only_changed else found

    @property
    def counts(self) -> Counts:
        """How many go up and down, are new and go away."""
        rows = self.rows(only_changed=True)
        moved = [one.change_micro for one in rows if one.change_micro is not None]
        return Counts(
            up=sum(1 for one in moved if one > 0),
            down=sum(1 for one in moved if one < 0),
            new=sum(1 for one in rows if one.before_micro is None),
            gone=sum(1 for one in rows if one.after_micro is None),
        )

    def is_outside(self, row: GridRow) -> bool:
        """Whether a changed retail price is below the guide floor or above the ceiling (C11)."""
        value = row.after_micro
        stated = row.stated.row
        if row.after is None or value is None or stated.dimension != RETAIL or is_ratio(stated):
            return False
        floor, ceiling = (self._guide(stated.product_id, one) for one in (FLOOR, CEILING))
        return (floor is not None and value < floor) or (ceiling is not None and value > ceiling)

    @property
    def outside(self) -> int:
        """How many changed retail prices are outside their guide prices."""
        return sum(1 for one in self.rows(only_changed=True) if self.is_outside(one))

    @property
    def free(self) -> int:
        """How many changed rows cost nothing afterwards: mostly a slip."""
        rows = self.rows(only_changed=True)
        return sum(1 for one in rows if one.after_micro == 0 and not is_ratio(one.stated.row))

    def _guide(self, product_id: str, dimension: str) -> int | None:
        key: Key = (product_id, "", dimension, False, 0)
        row = self.changes.get(key)
        if row is None and key in self._known:
            row = self._known[key].row
        return None if row is None or row.is_removed else row.unit_price_micro

    # what a person does

    def type_value(self, row: GridRow, text: str) -> None:
        """Key the new price or ratio of a row; empty takes it away.

        Raises: RuleViolation UNIT_PRICE_UNREADABLE, RATIO_UNREADABLE…
        """
        self._remember()
        self._set(row.stated.row, text)
        self._changed()

    def scale(self, ratio_micro: int, picks: Callable[[GridRow], bool]) -> int:
        """Multiply the picked rows by a ratio, to the cent for prices; how many changed."""
        self._remember()
        picked = [one for one in self.rows() if one.after_micro is not None and picks(one)]
        for one in picked:
            value = apply_ratio(one.after_micro or 0, ratio_micro)
            if not is_ratio(one.stated.row):
                value = divide_half_away(value, _CENT_MICRO) * _CENT_MICRO
            self._put(_with_value(one.stated.row, value))
        self._changed()
        return len(picked)

    def paste(
        self,
        lines: Sequence[Sequence[str]],
        product_of: Callable[[str], str | None],
        dimension_of: Callable[[str], str | None] = written_out,
    ) -> list[PasteProblem]:
        """Take ``code, price`` lines as suggested retail prices, ``code, dimension, price`` as
        prices of a dimension; the lines that could not be taken come back.

        Between code and price may stand the product's own name as well; anything else that is no
        dimension is refused: nobody prices a list that does not exist.
        """
        self._remember()
        problems: list[PasteProblem] = []
        for number, cells in enumerate(lines, 1):
            try:
                read = [cell.strip() for cell in cells if cell.strip()]
                self._paste_line(read, product_of, dimension_of)
            except RuleViolation as error:
                problems.append(PasteProblem(number, " ".join(cells)[:60], error))
        self._changed()
        return problems

    def take_rows(self, rows: Sequence[PriceRow]) -> None:
        """Take the rows of a file."""
        self._remember()
        for row in rows:
            self._put(row)
        self._changed()

    def drop_change(self, row: GridRow) -> None:
        """Leave a row as the parent has it."""
        self._remember()
        self.changes.pop(row.key, None)
        self._changed()

    def undo(self) -> bool:
        """Take the last step back; whether there was one."""
        if not self._undo:
            return False
        self.changes = self._undo.pop()
        self._changed()
        return True

    def set_header(self, header: Publication) -> None:
        """When it takes effect, why, and what goes with it."""
        self.header = header
        self._changed()

    # keeping

    def to_bytes(self) -> bytes:
        """The draft as it is kept."""
        rows = list(self.changes.values())
        head = self.header
        kept = _Kept(
            self.parent_number,
            rows,
            head.effective_at_us,
            head.reason,
            head.message,
            head.prints_labels,
            list(head.excluded),
        )
        return msgspec.msgpack.encode(kept)

    def load(self, content: bytes) -> None:
        """Go on where the draft was left."""
        kept = msgspec.msgpack.decode(content, type=_Kept)
        self.changes = {row_key(row): row for row in kept.rows}
        self.header = Publication(
            kept.effective_at_us,
            kept.reason,
            kept.message,
            kept.prints_labels,
            tuple(kept.excluded),
        )

    def _set(self, row: PriceRow, text: str) -> None:
        if not text.strip():
            self._put(row._replace(is_removed=True))
            return
        self._put(_with_value(row, parse_ratio_micro(text) if is_ratio(row) else _price(text)))

    def _paste_line(
        self,
        cells: list[str],
        product_of: Callable[[str], str | None],
        dimension_of: Callable[[str], str | None],
    ) -> None:
        if len(cells) < 2:
            raise RuleViolation("CELL_EMPTY")
        product_id = product_of(cells[0])
        if product_id is None:
            raise RuleViolation("PRODUCT_UNKNOWN", code=cells[0][:40])
        dimension = RETAIL
        for text in cells[1:-1]:
            if fold(text) != fold(self._name_of(product_id)):
                found = dimension_of(text)
                if found is None:
                    raise RuleViolation("DIMENSION_UNKNOWN", text=text[:40])
                dimension = found
        price = _price(cells[-1])
        if not price:
            raise RuleViolation("PRICE_IS_ZERO")
        self._put(PriceRow(product_id, "", dimension, unit_price_micro=price))

    def _name_of(self, product_id: str) -> str:
        """What a product is called; '' where no price of it is stated yet."""
        if not self._names:
            self._names = {one.row.product_id: one.name for one in self.stated}
        return self._names.get(product_id, "")

    def _put(self, row: PriceRow) -> None:
        known = self._known.get(row_key(row))
        is_same = known is not None and value_of(known.row) == value_of(row)
        if row.is_removed if known is None else is_same and not row.is_removed:
            self.changes.pop(row_key(row), None)
        else:
            self.changes[row_key(row)] = row

    def _remember(self) -> None:
        self._undo.append(dict(self.changes))
        del self._undo[:-50]

    def _changed(self) -> None:
        self._keep(self.to_bytes())
        self.changed()


def _price(text: str) -> int:
    """A price as it is keyed. Raises: RuleViolation PRICE_NEGATIVE, UNIT_PRICE_UNREADABLE…"""
    price_micro = parse_unit_price_micro(text)
    if price_micro < 0:
        raise RuleViolation("PRICE_NEGATIVE")
    return price_micro


def parent_of(content: bytes) -> int:
    """The number of the version a kept draft was begun from."""
    return msgspec.msgpack.decode(content, type=_Kept).parent_number


def _with_value(row: PriceRow, value: int) -> PriceRow:
    if is_ratio(row):
        return row._replace(ratio_micro=value, is_removed=False)
    return row._replace(unit_price_micro=value, is_removed=False)

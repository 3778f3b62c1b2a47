"""A price version list by list: what it holds for retail, each level, region, account and list."""

from dataclasses import dataclass

from sqlalchemy import Connection

from shared.core.rounding import MICRO, divide_half_away
from shared.pricing.queries import VersionView
from shared.pricing.queries.stated import Stated, newest_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A price or ratio a version holds or takes away, beside its parent's; at 10⁻⁶, None = none."""

    dimension: str
    product_id: str
    code: str
    """The product's code; a ratio's brand, '' for every brand."""
    name: str
    is_ratio: bool
    is_changed: bool
    before_micro: int | None
    after_micro: int | None
    from_qty_micro: int = 0

    @property
    def change_micro(self) -> int | None:
        """By how much, as a ratio at 10⁻⁶."""
        if not self.is_changed or not self.before_micro or self.after_micro is None:
            return None
        return divide_half_away((self.after_micro - self.before_micro) * MICRO, self.before_micro)


def version_lines(connection: Connection, org_id: str, version: VersionView) -> list[VersionLine]:
    """Every price and ratio of a version in all its lists, goods by code, then brands.

    Its own rows that say what its parent said already are no change. Nothing of a version that
    has no number yet.
    """
    if not version.number:
        return []
    before = newest_rows(connection, org_id, version.parent_number)
    after = newest_rows(connection, org_id, version.number)
    lines = [_line(one, before.get(key)) for key, one in after.items()]
    held = [one for one in lines if one.after_micro is not None or one.is_changed]
    return sorted(
        held, key=lambda one: (not one.product_id, one.code, one.from_qty_micro, one.dimension)
    )


def _line(after: Stated, before: Stated | None) -> VersionLine:
    row = after.row
    was, now = _value(before), _value(after)
    return VersionLine(
        dimension=row.dimension,
        product_id=row.product_id,
        code=after.code or row.product_id or row.brand,
        name=after.name,
        is_ratio=row.ratio_micro > 0 or (before is not None and before.row.ratio_micro > 0),
        is_changed=was != now,
        before_micro=was,
        after_micro=now,
        from_qty_micro=row.from_qty_micro,
    )


def _value(one: Stated | None) -> int | None:
    if one is None or one.row.is_removed:
        return None
    return one.row.ratio_micro or one.row.unit_price_micro

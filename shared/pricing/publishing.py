"""Cutting a price version into documents, for whoever writes one: editor, import, demo."""

from collections.abc import Iterator, Sequence

from shared.core.ids import uid_text
from shared.pricing.documents import PriceRows, PriceVersionPublished
from shared.pricing.rules import ROWS_MAX, PriceRow, Step, check_rows, check_steps, part_sums


def version_bodies(
    version_uid: bytes,
    *,
    sales_org_id: str,
    parent_number: int,
    effective_at_us: int,
    steps: Sequence[Step],
    rows: Sequence[PriceRow],
    reason: str = "",
    message: str = "",
    prints_labels: bool = False,
) -> Iterator[PriceRows | PriceVersionPublished]:
    """The documents of a version in the order they are written: its rows, then the version.

    The last one's draft takes ``version_uid`` as its uid; the others take uids of their own.

    Raises: RuleViolation PRICE_ROW_BAD, PRICE_ROW_TWICE, LOGIC_EMPTY, LOGIC_STEP_BAD.
    """
    check_steps(steps)
    check_rows(rows)
    for start in range(0, len(rows), ROWS_MAX):
        yield PriceRows(
            version_id=uid_text(version_uid),
            sales_org_id=sales_org_id,
            rows=tuple(rows[start : start + ROWS_MAX]),
        )
    yield PriceVersionPublished(
        sales_org_id=sales_org_id,
        parent_number=parent_number,
        effective_at_us=effective_at_us,
        steps=tuple(steps),
        parts=part_sums(rows),
        reason=reason,
        message=message,
        prints_labels=prints_labels,
    )

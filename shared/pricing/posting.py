"""How documents of pricing become rows, and how head office decides about a version."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from shared.access.queries import permissions_of
from shared.channel.tables import sales_org
from shared.core.errors import RuleViolation
from shared.core.ids import derived_id, uid_text
from shared.journal.document import Header, Value, Write
from shared.journal.kind import Answer
from shared.pricing.completeness import (
    check_complete,
    derive_versions,
    note_complete,
    parts_text,
    rows_of_version,
)
from shared.pricing.documents import (
    MESSAGE_CHARACTERS_MAX,
    DeviceNudged,
    LabelsPrinted,
    OwnPriceLine,
    OwnPriceSet,
    OwnPricesSet,
    PriceRows,
    PriceVersionPublished,
    PriceVersionRejected,
    PriceVersionSealed,
    PriceVersionsMarked,
)
from shared.pricing.rules import Stage, Step, check_rows, check_steps, part_of, refusal
from shared.pricing.tables import price_version


def post_rows(header: Header, body: PriceRows) -> Iterator[Write]:
    """Each change as a row, inert until its version is sealed."""
    for place, row in enumerate(body.rows):
        yield Write(
            "price_row",
            derived_id(header.uid, place),
            {
                "version_id": body.version_id,
                "sales_org_id": body.sales_org_id,
                "part": part_of(row.dimension),
                "product_id": row.product_id,
                "brand": row.brand,
                "dimension": row.dimension,
                "unit_price_micro": row.unit_price_micro,
                "ratio_micro": row.ratio_micro,
                "from_qty_micro": row.from_qty_micro,
                "is_removed": int(row.is_removed),
            },
        )


def post_version(header: Header, body: PriceVersionPublished) -> Iterator[Write]:
    """The version as its author states it; it has no number yet."""
    values: dict[str, Value] = {
        "sales_org_id": body.sales_org_id,
        "parent_number": body.parent_number,
        "effective_at_us": body.effective_at_us,
        "steps": steps_text(body.steps),
        "parts": parts_text(body.parts),
        "author_id": header.author_id,
        "approver_id": header.approver_id,
        "reason": body.reason,
        "message": body.message[:MESSAGE_CHARACTERS_MAX],
        "prints_labels": int(body.prints_labels),
    }
    yield Write("price_version", uid_text(header.uid), values)


def post_sealed(header: Header, body: PriceVersionSealed) -> Iterator[Write]:
    """The number; from its effective instant on the version prices."""
    values: dict[str, Value] = {
        "sales_org_id": body.sales_org_id,
        "number": body.number,
        "status": "sealed",
        "sealed_at_us": header.happened_at_us,
    }
    yield Write("price_version", body.version_id, values)


def post_rejected(_header: Header, body: PriceVersionRejected) -> Iterator[Write]:
    """Why it is no version; its rows stay inert."""
    values: dict[str, Value] = {
        "sales_org_id": body.sales_org_id,
        "status": "rejected",
        "code": body.code,
        "detail": body.detail,
    }
    yield Write("price_version", body.version_id, values)


def post_nudge(header: Header, body: DeviceNudged) -> Iterator[Write]:
    """The newest nudge of a device about a version, for the device and for the board."""
    values: dict[str, Value] = {
        "version_id": body.version_id,
        "device_id": body.device_id,
        "site_id": body.site_id,
        "sales_org_id": body.sales_org_id,
        "number": body.number,
        "text": body.text[:MESSAGE_CHARACTERS_MAX],
        "nudged_by": header.author_id,
        "nudged_at_us": header.happened_at_us,
    }
    yield Write("price_nudge", derived_id("nudge", body.device_id, body.version_id), values)


def post_labels(header: Header, body: LabelsPrinted) -> Iterator[Write]:
    """One row each time, so that labels printed twice are seen to be."""
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "sales_org_id": body.sales_org_id,
        "number": body.number,
        "from_number": body.from_number,
        "device_id": header.device_id,
        "products": body.products,
        "labels": body.labels,
        "printed_by": header.author_id,
        "printed_at_us": header.happened_at_us,
    }
    yield Write("label_print", uid_text(header.uid), values)


def post_own_prices(header: Header, body: OwnPricesSet) -> Iterator[Write]:
    """The same row for each of many."""
    for line in body.lines:
        yield from post_own_price(header, line)


def post_own_price(header: Header, body: OwnPriceSet | OwnPriceLine) -> Iterator[Write]:
    """The shop's own price of a product, in the shop's scope alone."""
    values: dict[str, Value] = {
        "site_id": header.site_id,
        "product_id": body.product_id,
        "unit_price_micro": body.unit_price_micro,
        "is_removed": int(body.is_removed),
        "set_at_us": header.happened_at_us,
    }
    yield Write("own_price", derived_id("own", header.site_id, body.product_id), values)


def steps_text(steps: Sequence[Step]) -> str:
    """A logic in one column."""
    return json.dumps(list(steps), ensure_ascii=False, separators=(",", ":"))


def respond_rows(
    connection: Connection, _header: Header, body: PriceRows, _now_us: int
) -> Iterator[Answer]:
    """Nothing; but rows added to a version that is sealed put it out of use (C02)."""
    derive_versions(connection, [body.version_id])
    yield from ()


def respond_version(
    connection: Connection, header: Header, body: PriceVersionPublished, _now_us: int
) -> Iterator[Answer]:
    """Seal the version with the next number, or say why not; the first that arrives wins."""
    version_id = uid_text(header.uid)
    try:
        number = _decide(connection, header, body, version_id)
    except RuleViolation as why:
        yield _answer(
            PriceVersionRejected(
                version_id=version_id,
                sales_org_id=body.sales_org_id,
                code=why.code,
                detail=" ".join(f"{name}={value}" for name, value in why.params.items()),
            )
        )
        return
    note_complete(connection, version_id, body.parts)
    yield _answer(
        PriceVersionSealed(version_id=version_id, sales_org_id=body.sales_org_id, number=number)
    )


def _answer(body: PriceVersionSealed | PriceVersionRejected) -> Answer:
    return Answer(body=body, site_id="")


def _decide(
    connection: Connection, header: Header, body: PriceVersionPublished, version_id: str
) -> int:
    # The row is locked, so that two workers cannot give the same number.
    known = connection.execute(
        select(sales_org.c.id).where(sales_org.c.id == body.sales_org_id).with_for_update()
    ).scalar()
    if known is None:
        raise RuleViolation("SALES_ORG_UNKNOWN", sales_org_id=body.sales_org_id)
    _check_approver(connection, header)
    newest = connection.execute(
        select(price_version.c.number, price_version.c.effective_at_us)
        .where(price_version.c.sales_org_id == body.sales_org_id, price_version.c.number > 0)
        .order_by(price_version.c.number.desc())
        .limit(1)
    ).one_or_none()
    code = refusal(
        newest_number=newest.number if newest else 0,
        newest_effective_at_us=newest.effective_at_us if newest else body.effective_at_us,
        parent_number=body.parent_number,
        effective_at_us=body.effective_at_us,
    )
    if code:
        raise RuleViolation(code, newest=newest.number if newest else 0)
    check_steps(body.steps)
    rows = rows_of_version(connection, version_id)
    check_complete(body.parts, rows)
    check_rows(rows)
    return body.parent_number + 1


def _check_approver(connection: Connection, header: Header) -> None:
    """A second person who may approve prices (C02)."""
    approver_id = header.approver_id
    if approver_id == header.author_id:
        raise RuleViolation("SECOND_PERSON_NEEDED")
    if "price.approve" not in permissions_of(connection, approver_id, header.site_id):
        raise RuleViolation("APPROVER_MAY_NOT", approver_id=approver_id or "-")


def post_marks(header: Header, body: PriceVersionsMarked) -> Iterator[Write]:
    """The instant of each stage, for the board of head office (C03)."""
    for mark in body.marks:
        values: dict[str, Value] = {
            "version_id": mark.version_id,
            "device_id": header.device_id,
            "site_id": header.site_id,
            "sales_org_id": mark.sales_org_id,
            "number": mark.number,
        }
        for stage in mark.stages:
            values[f"{Stage(stage).value}_at_us"] = header.happened_at_us
        yield Write("price_delivery", derived_id(header.device_id, mark.version_id), values)

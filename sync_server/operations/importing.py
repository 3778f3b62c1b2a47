"""``import products|prices|partners FILE``: lists become documents of head office, row by row."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, select

from shared.catalog import importing as products
from shared.catalog.queries import by_barcode
from shared.catalog.sheet_files import FILE_BYTES_MAX, too_large
from shared.catalog.sheets import read_sheets
from shared.channel import importing as partners
from shared.channel.queries import region_tree
from shared.channel.tables import channel_account, level, region, sales_org
from shared.core.clock import Clock, parse_instant_iso
from shared.core.errors import AccessDenied, RuleViolation, Unavailable
from shared.core.ids import uid_text
from shared.core.importing import Imported, Problem, Sheet, violation_with_advice
from shared.core.rounding import MICRO
from shared.journal.document import Body, Draft
from shared.pricing import importing as prices
from shared.pricing.documents import PriceVersionPublished
from shared.pricing.publishing import version_bodies
from shared.pricing.queries import version_by_number, versions
from shared.pricing.rules import PriceRow, Step, category_lookup, retail_ratio, row_key
from shared.pricing.tables import price_row, price_version
from sync_server.operations.home import Office
from sync_server.operations.products_standing import completed
from sync_server.sync.head_office import SYSTEM_USER, publish

PERMISSIONS: Final = {
    "products": "catalogue.publish",
    "partners": "channel.publish",
    "prices": "price.publish",
}
"""What can be imported, and what its author must be allowed to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the person asked for on the command line."""

    kind: str
    """Of ``PERMISSIONS``."""
    file: Path
    sales_org_id: str
    chosen: Mapping[str, str] = field(default_factory=dict)
    """header → field, where the file words it in a way nobody knows."""
    author_id: str = SYSTEM_USER
    approver_id: str = ""
    """The second person; prices need one (C02)."""
    effective_at_us: int = 0
    """From when prices hold; 0 = at once."""
    is_dry_run: bool = False
    skips_bad_rows: bool = False
    """Take the good rows although others were refused."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command, beside those that every command has."""
    parser.add_argument("kind", choices=tuple(PERMISSIONS))
    parser.add_argument("file", type=Path, help="csv, xlsx or xls")
    parser.add_argument("--org", required=True, help="the sales organisation it is for")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="HEADER=FIELD",
        help="which field a column is, where its header is not understood",
    )
    parser.add_argument("--author", default=SYSTEM_USER, help="who publishes")
    parser.add_argument("--approver", default="", help="the second person; prices need one")
    parser.add_argument(
        "--effective", default="", help="from when prices hold: 2026-09-01T00:00:00+08:00"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument(
        "--skip-bad-rows", action="store_true", help="publish the good rows although others are bad"
    )


def wanted(options: argparse.Namespace) -> Wanted:
    """What the options say. Raises RuleViolation COLUMN_CHOICE_UNKNOWN, and on a bad instant."""
    pairs = [one.rpartition("=") for one in options.map]
    if bad := [header + sign + name for header, sign, name in pairs if not (header and sign)]:
        raise violation_with_advice("COLUMN_CHOICE_UNKNOWN", column=bad[0])
    return Wanted(
        kind=options.kind,
        file=options.file,
        sales_org_id=options.org,
        chosen={header: name for header, _, name in pairs},
        author_id=options.author or SYSTEM_USER,
        approver_id=options.approver,
        effective_at_us=parse_instant_iso(options.effective) if options.effective else 0,
        is_dry_run=options.dry_run,
        skips_bad_rows=options.skip_bad_rows,
    )


def run_import(office: Office, asked: Wanted, clock: Clock) -> int:
    """Read a file, say what is wrong with it row by row, publish the rest; 1 when it was not done.

    Nothing is published while a row is refused, unless that was asked for; all or nothing of
    the rest. Raises Unavailable FILE_UNREADABLE, AccessDenied NOT_PERMITTED, RuleViolation
    SALES_ORG_UNKNOWN and what reading sheets and publishing raise.
    """
    sheets = read_sheets(_content(asked.file), asked.file.name)
    now_us = clock.now_us()
    with office.database.write() as connection:
        _check_asked(office, connection, asked)
        found, bodies = _read(connection, sheets, asked, now_us)
        _report(found)
        if found.problems and not asked.skips_bad_rows:
            print(f"nothing was published: {found.rows_refused} rows refused (--skip-bad-rows)")
            return 1
        if asked.is_dry_run:
            print(f"dry run: {len(found.items)} {asked.kind} could be published")
            return 0
        if asked.kind == "prices":
            drafts = _version(office, connection, found, asked, now_us)
        else:
            drafts = [_draft(office, body, asked, now_us) for body in bodies]
        _publish(office, connection, drafts, now_us)
    print(f"{len(found.items)} {asked.kind} read, {len(drafts)} documents published")
    return 0


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise too_large(file.name, "bytes", FILE_BYTES_MAX)
        return file.read_bytes()
    except OSError as error:
        raise Unavailable("FILE_UNREADABLE", file=file.name) from error


def _check_asked(office: Office, connection: Connection, asked: Wanted) -> None:
    permission = PERMISSIONS[asked.kind]
    if permission not in office.hq.directory.permissions_of(connection, asked.author_id, ""):
        raise AccessDenied("NOT_PERMITTED", permission=permission, author=asked.author_id)
    known = sorted(connection.execute(select(sales_org.c.id)).scalars())
    if asked.sales_org_id not in known:
        raise RuleViolation(
            "SALES_ORG_UNKNOWN", sales_org_id=asked.sales_org_id, known=" ".join(known)
        )


def _read(
    connection: Connection, sheets: Sequence[Sheet], asked: Wanted, now_us: int
) -> tuple[Imported[Any], Sequence[Body]]:
    """What the file holds, and the documents of it, save those of a price version."""
    if asked.kind == "products":
        goods = products.read_products(
            sheets, chosen=asked.chosen, sales_org_ids=[asked.sales_org_id]
        )
        whole = [completed(connection, row, goods.mapping) for row in goods.items]
        return goods, products.publications(whole)
    levels = _names(connection, level.c.id, level.c.name)
    present = region_tree(connection, now_us)
    regions = {
        key: name
        for key, name in _names(connection, region.c.region_id, region.c.name).items()
        if key in present
    }
    if asked.kind == "prices":
        rows = prices.read_prices(
            sheets,
            product_of=lambda code: _product_of(connection, code),
            levels=levels,
            regions=regions,
            chosen=asked.chosen,
        )
        return rows, ()
    accounts = partners.read_partners(
        sheets,
        sales_org_id=asked.sales_org_id,
        known=_known_accounts(connection),
        levels=levels,
        regions=regions,
        from_at_us=now_us,
        chosen=asked.chosen,
    )
    return accounts, partners.publications(accounts.items)


def _names(connection: Connection, key: Column[str], name: Column[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(select(key, name))}


def _product_of(connection: Connection, code: str) -> str | None:
    """The product of a code, unless it names a case: a case's price is not a piece's."""
    hit = by_barcode(connection, code)
    return hit.product_id if hit is not None and hit.factor_micro == MICRO else None


def _known_accounts(connection: Connection) -> list[partners.KnownAccount]:
    columns = channel_account.c
    rows = connection.execute(select(columns.id, columns.partner_id, columns.sales_org_id))
    return [
        partners.KnownAccount(
            account_id=row.id, partner_id=row.partner_id, sales_org_id=row.sales_org_id
        )
        for row in rows
    ]


def _version(
    office: Office,
    connection: Connection,
    found: Imported[prices.PriceLine],
    asked: Wanted,
    now_us: int,
) -> list[Draft]:
    """The next version with the rows that change something (domain rule 4); none without any."""
    standing = _standing(connection, asked.sales_org_id)
    rows = [
        line.row
        for line in found.items
        if line.sales_org_id in ("", asked.sales_org_id)
        and standing.get(row_key(line.row)) != line.row
    ]
    others = {line.sales_org_id for line in found.items} - {"", asked.sales_org_id}
    if others:
        print(f"rows of other sales organisations are left: {' '.join(sorted(others))}")
    if not rows:
        return []
    number, steps = _newest(connection, asked.sales_org_id)
    uid = office.hq.new_uid(now_us)
    bodies = version_bodies(
        uid,
        sales_org_id=asked.sales_org_id,
        parent_number=number,
        effective_at_us=asked.effective_at_us or now_us,
        steps=steps,
        rows=rows,
        reason=f"import {asked.file.name}",
    )
    return [
        _draft(office, body, asked, now_us, uid if isinstance(body, PriceVersionPublished) else b"")
        for body in bodies
    ]


def _standing(connection: Connection, org: str) -> dict[tuple[str, str, str, bool, int], PriceRow]:
    """The rows in force in the newest version, whether it has taken effect or not."""
    found = connection.execute(
        select(
            price_row.c.product_id,
            price_row.c.brand,
            price_row.c.dimension,
            price_row.c.unit_price_micro,
            price_row.c.ratio_micro,
            price_row.c.from_qty_micro,
            price_row.c.is_removed,
        )
        .join(price_version, price_version.c.id == price_row.c.version_id)
        .where(price_row.c.sales_org_id == org, price_version.c.number > 0)
        .order_by(price_version.c.number)
    )
    rows = [PriceRow(*one[:6], bool(one[6])) for one in found]
    return {row_key(row): row for row in rows}


def _newest(connection: Connection, org: str) -> tuple[int, tuple[Step, ...]]:
    """The newest version's number and logic; before the first one, what the organisation is for.

    Raises: RuleViolation PRICE_LOGIC_MISSING when a list of prices cannot tell the logic (ODM).
    """
    number = max((one.number for one in versions(connection, org)), default=0)
    newest = version_by_number(connection, org, number)
    if newest is not None:
        return number, newest.steps
    logic = connection.execute(
        select(sales_org.c.price_logic).where(sales_org.c.id == org)
    ).scalar_one()
    if logic == "category_lookup":
        return number, category_lookup()
    if logic in ("", "retail_ratio"):
        return number, retail_ratio()
    raise RuleViolation("PRICE_LOGIC_MISSING", sales_org_id=org, logic=str(logic))


def _draft(office: Office, body: Body, asked: Wanted, now_us: int, uid: bytes = b"") -> Draft:
    return Draft(
        body=body,
        uid=uid or office.hq.new_uid(now_us),
        site_id="",
        author_id=asked.author_id,
        happened_at_us=now_us,
        approver_id=asked.approver_id if isinstance(body, PriceVersionPublished) else "",
    )


def _publish(office: Office, connection: Connection, drafts: Sequence[Draft], now_us: int) -> None:
    """Write the documents; a price version that head office rejects takes all back with it."""
    publish(connection, office.hq, drafts, now_us)
    columns = price_version.c
    for draft in drafts:
        if isinstance(draft.body, PriceVersionPublished):
            row = connection.execute(
                select(columns.status, columns.code, columns.detail).where(
                    columns.id == uid_text(draft.uid)
                )
            ).one()
            if row.status != "sealed":
                raise RuleViolation(row.code, sales_org_id=draft.body.sales_org_id, why=row.detail)


def _report(found: Imported[Any]) -> None:
    mapping = found.mapping
    columns = ", ".join(f"{one.header} → {one.field}" for one in mapping.columns)
    print(f"sheet {mapping.sheet}, header in row {mapping.header_row}: {columns}")
    if mapping.unknown:
        print("not understood: " + ", ".join(one.header for one in mapping.unknown))
    for skipped in found.skipped:
        print(f"row {skipped.row_number}: passed over, {skipped.reason}")
    for warning in found.warnings:
        print(f"row {warning.row_number} {_said(warning)} (taken)")
    for problem in found.problems:
        print(f"row {problem.row_number} {_said(problem)}: {problem.advice}")


def _said(problem: Problem) -> str:
    text = f" {problem.text}" if problem.text else ""
    return f"{problem.column}: {problem.code}{text}"

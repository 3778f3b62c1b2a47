"""The demo brand 示例品牌 as commands: what head office types to publish it, in order."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, NamedTuple

from resources.demo import read_rows

SHANGHAI: Final = timezone(timedelta(hours=8))
PUBLISHED_AT: Final = "2025-11-30T00:00:00+08:00"
EDITOR, APPROVER = "hq-editor", "hq-approver"


class Typed(NamedTuple):
    """One command, its parameters, and who types it."""

    command: str
    params: Mapping[str, Any]
    user: str = EDITOR


def publication() -> Iterator[Typed]:
    """Channel, users, goods, lists, movement types and prices of the demo brand."""
    yield Typed("publish-channel", channel())
    for user in users():
        yield Typed("publish-user", user)
    yield Typed("publish-products", {"products": products()})
    for one in assortments():
        yield Typed("publish-assortment", one)
    yield Typed("publish-movement-types", {"types": movement_types()})
    for org in read_rows("sales_orgs"):
        yield Typed("price-publish", prices(org["code"]))


def channel() -> dict[str, Any]:
    """The whole channel in one publication."""
    orgs = [row["code"] for row in read_rows("sales_orgs")]
    return {
        "sales_orgs": [
            {
                "sales_org_id": row["code"],
                "name": row["name_zh"],
                "currency": row["currency"],
                "price_logic": row["price_logic"],
            }
            for row in read_rows("sales_orgs")
        ],
        "regions": [
            {
                "region_id": row["code"],
                "parent_id": row["parent"],
                "name": row["name_zh"],
                "kind": row["kind"],
                "from_at_us": _midnight_us(row["valid_from"]),
                "sales_org_ids": orgs,
            }
            for row in read_rows("regions")
        ],
        "levels": [
            {
                "level_id": row["code"],
                "name": row["name_zh"],
                "rank": int(row["rank"]),
                "upstream_level_id": row["default_upstream_level"],
                "sales_org_ids": orgs,
            }
            for row in read_rows("levels")
            if row["is_account_level"] == "1"
        ],
        "categories": [
            {
                "category_id": row["code"],
                "sales_org_id": row["sales_org"],
                "name": row["name_zh"],
                "fallback_id": row["fallback"],
            }
            for row in read_rows("customer_categories")
        ],
        "partners": [
            {"partner_id": row["code"], "name": row["name_zh"], "kind": row["kind"]}
            for row in read_rows("partners")
        ],
        "accounts": [_account(row) for row in read_rows("accounts")],
        "sites": [_site(row, orgs) for row in read_rows("sites")],
    }


def _midnight_us(day: str) -> int:
    start = date.fromisoformat(day)
    moment = datetime(start.year, start.month, start.day, tzinfo=SHANGHAI)
    return int(moment.timestamp()) * 1_000_000


def _account(row: Mapping[str, str]) -> dict[str, Any]:
    names = {one["code"]: one["name_zh"] for one in read_rows("partners")}
    return {
        "account_id": row["code"],
        "partner_id": row["partner"],
        "sales_org_id": row["sales_org"],
        "name": names[row["partner"]],
        "level_id": row["level"],
        "region_id": row["region"],
        "upstream_account_ids": [row["upstream"]] if row["upstream"] else [],
        "category_id": row["customer_category"],
        "credit_limit_minor": _minor(row["credit_limit"]),
        "terms_days": int(row["terms_days"]),
    }


def _minor(yuan: str) -> int:
    whole, _, cents = yuan.partition(".")
    return int(whole) * 100 + int((cents or "0").ljust(2, "0"))


def _site(row: Mapping[str, str], orgs: list[str]) -> dict[str, Any]:
    accounts = [row["account"]] if row["account"] else []
    partner = row["partner"]
    # A partner with accounts in several organisations works for all of them at its site.
    accounts += [
        one["code"]
        for one in read_rows("accounts")
        if one["partner"] == partner and one["code"] not in accounts and accounts
    ]
    return {
        "site_id": row["code"],
        "name": row["name_zh"],
        "site_type": row["type"],
        "account_ids": accounts,
        "sales_org_ids": [] if accounts else orgs,
        "zone": row["zone"],
        "sales_mode": row["sales_mode"],
        "region_id": row["region"],
        "mall_partner_id": row["mall_partner"],
    }


def users() -> Iterator[dict[str, Any]]:
    """Everybody who signs in; head office's people everywhere, others at their sites."""
    for row in read_rows("users"):
        sites = row["sites"].split(";") if row["sites"] else []
        at_head_office = row["role_template"] == "head_office"
        yield {
            "user": row["code"],
            "name": row["name_zh"],
            "role": row["role_template"],
            "grants": [{}] if at_head_office else [{"site": one} for one in sites],
        }


def products() -> list[dict[str, Any]]:
    """Every product with packs, barcodes, and the lists it is at home in."""
    lists = {row["code"]: row for row in read_rows("assortments")}
    general: dict[str, set[str]] = {}
    exclusive: dict[str, str] = {}
    for row in read_rows("assortment_products"):
        found = lists[row["assortment"]]
        if found["kind"] == "general":
            general.setdefault(row["product_code"], set()).add(found["sales_org"])
        else:
            exclusive[row["product_code"]] = found["code"]
    return [
        _product(row, sorted(general.get(row["code"], ())), exclusive)
        for row in read_rows("products")
    ]


def _product(
    row: Mapping[str, str], orgs: list[str], exclusive: Mapping[str, str]
) -> dict[str, Any]:
    code = row["code"]
    units = [one for one in read_rows("packs") if one["product_code"] == code]
    scans = [one for one in read_rows("barcodes") if one["product_code"] == code]
    everywhere = [one["code"] for one in read_rows("sales_orgs")]
    return {
        "code": code,
        "name": row["name_zh"],
        "spec": row["spec"],
        "brand": row["brand"],
        "category": row["category"],
        "base_unit": row["base_unit"],
        "kind": row["kind"],
        "tax_rate_micro": _micro(row["tax_rate"]),
        "packs": [
            {"unit": one["unit"], "factor_micro": int(one["factor"]) * 1_000_000} for one in units
        ],
        "barcodes": [
            {
                "barcode": one["barcode"],
                "unit": "" if one["unit"] == row["base_unit"] else one["unit"],
            }
            for one in scans
        ],
        # Testers and gifts stand on no list, but tills meet them.
        "sales_org_ids": orgs or ([] if code in exclusive else everywhere),
        "exclusive_assortment_id": exclusive.get(code, ""),
        "is_lot_tracked": row["lot_tracked"] == "1",
        "shelf_life_months": int(row["shelf_life_months"] or 0),
        "registration": row["registration"],
        "producer": row["producer"],
    }


def _micro(fraction: str) -> int:
    whole, _, rest = fraction.partition(".")
    return int(whole or "0") * 1_000_000 + int((rest or "0").ljust(6, "0"))


def assortments() -> Iterator[dict[str, Any]]:
    """The product lists with their products in file order."""
    for row in read_rows("assortments"):
        yield {
            "assortment": row["code"],
            "sales_org": row["sales_org"],
            "name": row["name_zh"],
            "is_exclusive": row["kind"] == "exclusive",
            "accounts": row["accounts"].split(";") if row["accounts"] else [],
            "items": [
                one["product_code"]
                for one in read_rows("assortment_products")
                if one["assortment"] == row["code"]
            ],
        }


def movement_types() -> list[dict[str, Any]]:
    """The kinds of movement with what each needs."""
    return [
        {
            "id": row["code"],
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "direction": "in" if row["sign"] == "1" else "out",
            "counter_location": row["counter_location"],
            "needs_reason": row["needs_reason"] == "1",
            "needs_party": row["needs_party"] == "1",
            "needs_approval": row["needs_approval"] == "1",
        }
        for row in read_rows("movement_types")
    ]


def prices(sales_org: str) -> dict[str, Any]:
    """The first price version of a sales organisation."""
    logic = {row["code"]: row["price_logic"] for row in read_rows("sales_orgs")}[sales_org]
    lists = {
        row["brand"]: row["code"]
        for row in read_rows("price_lists")
        if row["sales_org"] == sales_org
    }
    return {
        "sales_org": sales_org,
        "approver": APPROVER,
        "effective_at": PUBLISHED_AT,
        "parent": 0,
        "reason": "首版",
        "logic": {"name": logic, "lists": lists},
        "rows": [*_price_rows(sales_org), *_ratio_rows(sales_org)],
    }


def _price_rows(sales_org: str) -> Iterator[dict[str, Any]]:
    for row in read_rows("prices"):
        if row["sales_org"] not in ("", sales_org):
            continue
        if row["level"] == "retail":
            dimension = "retail"
        elif row["level"]:
            # The level's price follows from retail and ratio; it is no row of its own.
            continue
        elif row["customer_category"]:
            dimension = f"category:{row['customer_category']}"
        else:
            dimension = f"list:{row['price_list']}"
        yield {"product": row["product_code"], "dimension": dimension, "price": row["price"]}


def _ratio_rows(sales_org: str) -> Iterator[dict[str, Any]]:
    for row in read_rows("ratios"):
        if row["sales_org"] == sales_org:
            yield {
                "brand": row["brand"],
                "dimension": f"level:{row['level']}",
                "ratio": row["ratio"],
            }

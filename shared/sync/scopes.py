"""The names of scopes, a few coarse buckets, and the rules most tables share."""

from collections.abc import Mapping

from shared.journal.document import Value

HQ = "hq"
"""Head office's own: requests, tasks, daily sums, and what all accounts do."""

ALL = "all"
"""What every device of the house holds: movement types, reasons, roles."""

SUPPLY = "supply"
"""Orders head office supplies, for its own warehouses that ship them."""


def org(sales_org_id: str) -> str:
    """The general catalogue, prices and policies of a sales organisation."""
    return f"org:{sales_org_id}"


def assortment(assortment_id: str) -> str:
    """The products of an exclusive assortment."""
    return f"list:{assortment_id}"


def account(account_id: str) -> str:
    """Orders, statements and credit of a channel account."""
    return f"account:{account_id}"


def site(site_id: str) -> str:
    """Stock and documents of a site."""
    return f"site:{site_id}"


def closed_month(site_id: str, month: str) -> str:
    """Ledger rows of a site's closed month (``2025-03``), for which opening rows stand there."""
    return f"{site(site_id)}/{month}"


def is_closed_month(scope: str) -> bool:
    """Whether a scope holds the rows of a closed month."""
    return scope.startswith(site("")) and "/" in scope


# Scope rules by the column `site_id`, for the tables that need no other.


def in_site(row: Mapping[str, Value]) -> tuple[str, ...]:
    """The site's own: nobody else holds it."""
    return (site(str(row["site_id"])),)


def in_site_and_hq(row: Mapping[str, Value]) -> tuple[str, ...]:
    """Head office sees it, and the site it belongs to, if any."""
    site_id = str(row["site_id"])
    return (HQ, site(site_id)) if site_id else (HQ,)


def in_hq(_row: Mapping[str, Value]) -> tuple[str, ...]:
    """Head office alone."""
    return (HQ,)


def in_all(_row: Mapping[str, Value]) -> tuple[str, ...]:
    """Every device."""
    return (ALL,)

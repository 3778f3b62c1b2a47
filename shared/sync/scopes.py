"""The names of scopes: a few coarse buckets, derived from a device's grants."""

HQ = "hq"
"""Head office's own: requests, tasks, daily sums."""


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


ALL = "all"
"""What every device of the house holds: movement types, reasons, roles."""

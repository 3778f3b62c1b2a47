"""Stock as the server tells it, grouped by whose site it stands at."""

from shared.areas import REGISTRY, SCHEMA
from shared.reporting.queries.stock_places import stock_places
from tests.builders.documents import NOON_US
from tests.builders.office import Office

PIECE = 1_000_000


def test_stock_is_told_by_site_with_what_is_on_its_way_there() -> None:
    office = Office.of(REGISTRY, SCHEMA)
    try:
        office.found_house()
        located = [
            ("site/SH01/-/sellable", 5 * PIECE),
            ("site/SH01/A1/sellable", 2 * PIECE),
            ("site/SH01/-/defective", PIECE),
            ("site/HQ01/-/sellable", 40 * PIECE),
            ("transit/HQ01/SH01", 3 * PIECE),
        ]
        found = stock_places(office.connection, located, NOON_US)
    finally:
        office.close()

    assert [(one.place.account_id, one.place.site_id) for one in found] == [
        ("", "HQ01"),
        ("D2", "SH01"),
    ]
    shop = found[1]
    assert shop.by_status == (("defective", PIECE), ("sellable", 7 * PIECE))
    assert (shop.total_micro, shop.coming_micro) == (8 * PIECE, 3 * PIECE)

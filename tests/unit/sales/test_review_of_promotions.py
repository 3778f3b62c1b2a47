"""Head office looks a sale's policies up once, however much it checks by them."""

from sqlalchemy import create_engine, event

from shared.areas import SCHEMA
from shared.promotions.documents import PromotionApplied
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.sales.posting import review_sales
from shared.sync.tables import METADATA
from tests.builders.documents import NOON_US, a_header

POLICIES = ("LIM1", "LIM2")


def test_the_policies_a_sale_names_are_looked_up_once() -> None:
    line = SaleLine(
        product_id="P1", qty_micro=1_000_000, unit_price_micro=5_000_000, amount_minor=500
    )
    sold = Sale(
        mode="till",
        currency="CNY",
        lines=[line],
        tenders=[TenderLine(tender="cash", amount_minor=500)],
        total_minor=500,
        promotions=tuple(
            PromotionApplied(policy_id=one, number=1, measure=1_000_000) for one in POLICIES
        ),
    )
    engine = create_engine("sqlite://")
    asked: list[str] = []
    with engine.connect() as connection:
        METADATA.create_all(connection, tables=SCHEMA.all_tables())

        def note(*given: object) -> None:
            if any(f"'{one}'" in str(given[3]) for one in POLICIES):
                asked.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", note)
        list(review_sales(connection, [(a_header(1, kind="sale"), sold)], NOON_US))
    engine.dispose()

    assert len(asked) == len(POLICIES)

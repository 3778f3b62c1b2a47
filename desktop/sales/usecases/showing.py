"""What the papers and lists of sales need beside the sales themselves: names of goods, people."""

from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.sales.usecases.paying import CHANGE
from shared.access.queries import users_of_site
from shared.accounts.queries import customer_of
from shared.catalog.queries import products
from shared.channel.queries import site_of
from shared.core.errors import RuleViolation
from shared.members.queries import member_of
from shared.members.rules import is_member
from shared.sales.queries.showing import SaleStory, sale_story


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldGoods:
    """A line of a sale with its names; millionths and minor units."""

    product_id: str
    code: str
    name: str
    kind: str
    unit: str
    qty_micro: int
    price_micro: int
    discount_minor: int
    amount_minor: int
    version: int
    trail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalePaper:
    """A sale as a receipt and a screen show it."""

    story: SaleStory
    shop: str
    zone: str
    cashier: str
    member: str
    lines: tuple[SoldGoods, ...]

    @property
    def change_minor(self) -> int:
        """Cash that went back over the counter, positive."""
        return -sum(minor for _tender, minor, ref in self.story.tenders if ref == CHANGE)

    @property
    def version(self) -> int:
        """The latest price version of its lines."""
        return max((line.version for line in self.lines), default=0)


def sale_paper(connection: Connection, uid: str) -> SalePaper:
    """A sale with the names of its goods and people. Raises: RuleViolation SALE_UNKNOWN."""
    story = sale_story(connection, uid)
    if story is None:
        raise RuleViolation("SALE_UNKNOWN", sale=uid[:40])
    head = story.head
    place = site_of(connection, head["site_id"])
    known = products(connection, [line["product_id"] for line in story.lines])
    lines = []
    for line in story.lines:
        goods = known.get(line["product_id"])
        lines.append(
            SoldGoods(
                product_id=line["product_id"],
                code=goods.code if goods else line["product_id"],
                name=line["name"] or (goods.name if goods else line["product_id"]),
                kind=line["kind"],
                unit=goods.base_unit if goods else line["unit"],
                qty_micro=line["qty_micro"],
                price_micro=line["unit_price_micro"],
                discount_minor=line["discount_minor"],
                amount_minor=line["amount_minor"],
                version=line["price_version"],
                trail=line["price_trail"],
            )
        )
    return SalePaper(
        story=story,
        shop=place.name if place else head["site_id"],
        zone=(place.zone if place else "") or "Asia/Shanghai",
        cashier=person_names(connection, head["site_id"]).get(head["author_id"], head["author_id"]),
        member=_member(connection, head["customer_id"], head["site_id"]),
        lines=tuple(lines),
    )


def person_names(connection: Connection, site_id: str) -> dict[str, str]:
    """The people of a site by id."""
    return {one.user_id: one.name for one in users_of_site(connection, site_id)}


def _member(connection: Connection, customer_id: str, site_id: str) -> str:
    if not is_member(customer_id):
        own = customer_of(connection, site_id, customer_id) if customer_id else None
        return own.name if own else customer_id
    found = member_of(connection, customer_id, site_id)
    return found.name if found else ""

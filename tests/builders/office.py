"""Head office in one connection: documents are posted, answered and corrected in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from shared.catalog.documents import (
    AssortmentItem,
    AssortmentPublished,
    CataloguePublished,
    Product,
)
from shared.channel.documents import Account, ChannelPublished, SalesOrg, Site
from shared.journal.document import Body, Document, Draft, Header
from shared.journal.kind import Answer, Registry
from shared.stocktake.posting.answers import batch_corrections
from shared.sync.appending import Appended, Author, Replica, append
from shared.sync.replica import everything
from shared.sync.tables import Schema
from tests.builders.database import memory_connection
from tests.builders.documents import NOON_US, an_author, uid

MINUTE_US = 60_000_000
_HQ_UIDS = 1_000_000


@dataclass
class Office:
    """Writes documents of any device and answers them at once, in order of arrival."""

    connection: Connection
    replica: Replica
    answered: int = 0

    @classmethod
    def of(cls, registry: Registry, schema: Schema) -> "Office":
        """A new head office with an empty database in memory; the caller closes it."""
        replica = Replica(registry=registry, schema=schema, owns=everything)
        return cls(memory_connection(schema), replica)

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def write(
        self,
        number: int,
        body: Body,
        *,
        site_id: str = "SH01",
        author_id: str = "wang",
        device_id: str = "",
        at_us: int = NOON_US,
        follows: int = 0,
        approver_id: str = "",
    ) -> list[Body]:
        """Post the test's n-th document; what head office answers to it, answers to answers too."""
        draft = Draft(
            body=body,
            uid=uid(number),
            site_id=site_id,
            author_id=author_id,
            happened_at_us=at_us,
            business_day="2025-12-01",
            predecessor=uid(follows) if follows else b"",
            approver_id=approver_id,
        )
        author = an_author(device_id or f"device-{site_id or 'hq'}")
        return self._arrive(author, [draft])

    def write_batch(self, device_id: str, drafts: Sequence[Draft]) -> list[Body]:
        """Post several documents of one device at once, then answer them one by one."""
        return self._arrive(an_author(device_id), drafts)

    def _arrive(self, author: Author, drafts: Sequence[Draft]) -> list[Body]:
        done, _ = append(self.connection, self.replica, author, drafts, now_us=NOON_US)
        found: list[Body] = []
        for one in done:
            found += self._write_answers(one.header, self._answers(one.document))
        for one in done:
            found += self._write_answers(one.header, self._reviews(one))
        self.connection.commit()
        return found

    def _answers(self, document: Document) -> list[Answer]:
        kind = self.replica.registry.named(document.header.kind)
        if kind.respond is None:
            return []
        return list(kind.respond(self.connection, document.header, document.body, NOON_US))

    def _reviews(self, one: Appended) -> list[Answer]:
        kind = self.replica.registry.named(one.header.kind)
        answers: list[Answer] = []
        if kind.review is not None:
            batch = [(one.header, one.document.body)]
            answers += kind.review(self.connection, batch, NOON_US)
        return answers + list(batch_corrections(self.connection, [(one.header, one.writes)]))

    def _write_answers(self, header: Header, answers: Sequence[Answer]) -> list[Body]:
        found: list[Body] = []
        for answer in answers:
            self.answered += 1
            draft = Draft(
                body=answer.body,
                uid=uid(_HQ_UIDS + self.answered),
                site_id=answer.site_id,
                author_id="system",
                happened_at_us=NOON_US,
                predecessor=answer.about or header.uid,
            )
            found.append(answer.body)
            found += self._arrive(an_author("HQ"), [draft])
        return found

    def found_house(self, credit_limit_minor: int = 10_000_000) -> None:
        """HQ01 supplies the dealer D1 (site DL01), who supplies D2 (SH01) and D3 (SH02).

        Products P1..P10 are on the general list; X1 is exclusive to D1.
        """
        accounts = (
            Account(
                account_id="D1",
                partner_id="PA1",
                sales_org_id="FX",
                name="Dealer 1",
                level_id="L1",
                credit_limit_minor=credit_limit_minor,
            ),
            *(
                Account(
                    account_id=name,
                    partner_id=f"PA{name}",
                    sales_org_id="FX",
                    name=name,
                    level_id="L2",
                    upstream_account_ids=("D1",),
                    credit_limit_minor=credit_limit_minor,
                )
                for name in ("D2", "D3")
            ),
        )
        sites = (
            Site(site_id="HQ01", name="HQ warehouse", site_type="hq", sales_org_ids=("FX",)),
            Site(site_id="DL01", name="D1 warehouse", site_type="warehouse", account_ids=("D1",)),
            Site(site_id="SH01", name="Shop 1", site_type="store", account_ids=("D2",)),
            Site(site_id="SH02", name="Shop 2", site_type="store", account_ids=("D3",)),
        )
        published = ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="FX"),), accounts=accounts, sites=sites
        )
        self.write(900, published, site_id="", author_id="hq")
        names = [f"P{n}" for n in range(1, 11)]
        goods = [Product(code=name, name=name, sales_org_ids=("FX",)) for name in names]
        exclusive = Product(code="X1", name="X1", exclusive_assortment_id="EX")
        self.write(901, CataloguePublished(products=(*goods, exclusive)), site_id="")
        self.write(902, _listed("GENERAL", names), site_id="")
        self.write(903, _listed("EX", ["X1"], ("D1",)), site_id="")


def _listed(
    assortment_id: str, names: Sequence[str], accounts: tuple[str, ...] = ()
) -> AssortmentPublished:
    return AssortmentPublished(
        assortment_id=assortment_id,
        sales_org_id="FX",
        name=assortment_id,
        is_exclusive=bool(accounts),
        account_ids=accounts,
        items=tuple(AssortmentItem(product_id=name) for name in names),
    )

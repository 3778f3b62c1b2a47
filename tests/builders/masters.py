"""A head office in memory: channel, users and catalogue posted and answered as the server does."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

import shared.access.kinds
import shared.access.tables
import shared.catalog.kinds
import shared.catalog.tables
import shared.channel.kinds
import shared.channel.tables
import shared.pricing.kinds
import shared.pricing.tables
import shared.promotions.kinds
import shared.promotions.tables
from shared.access.documents import Grant, UserPublished
from shared.core.ids import uid_text
from shared.journal.document import Body, Document, Header
from shared.journal.kind import Kind, Registry
from shared.pricing.publishing import version_bodies
from shared.pricing.rules import PriceRow, Step
from shared.sync.replica import apply_writes, everything
from shared.sync.tables import Schema
from tests.builders.database import memory_connection
from tests.builders.documents import NOON_US, a_header

KINDS: tuple[Kind, ...] = (
    *shared.access.kinds.KINDS,
    *shared.channel.kinds.KINDS,
    *shared.catalog.kinds.KINDS,
    *shared.pricing.kinds.KINDS,
    *shared.promotions.kinds.KINDS,
)
SCHEMA = Schema(
    (
        *shared.access.tables.TABLES,
        *shared.channel.tables.TABLES,
        *shared.catalog.tables.TABLES,
        *shared.pricing.tables.TABLES,
        *shared.promotions.tables.TABLES,
    )
)


@dataclass(slots=True)
class Office:
    """Posts documents one after the other, as head office or as a device without a server."""

    connection: Connection
    answers: bool = True
    """Whether kinds respond, as on the server; a device leaves that to head office."""
    derives: bool = False
    """Whether the device's own indexes are kept in step."""
    written: list[Document] = field(default_factory=list)
    registry: Registry = field(default_factory=lambda: Registry(KINDS))
    count: int = 0

    def post(
        self,
        body: Body,
        *,
        author_id: str = "editor",
        approver_id: str = "",
        site_id: str = "",
        at_us: int = NOON_US,
        number: int = 0,
    ) -> Header:
        """Post a document and what head office answers; the header, for its uid."""
        self.count += 1
        kind = self.registry.of_body(body)
        header = a_header(
            number or self.count,
            kind=kind.name,
            site_id=site_id,
            author_id=author_id,
            approver_id=approver_id,
            happened_at_us=at_us,
        )
        self._apply(Document(header, body))
        if self.answers and kind.respond:
            for answer in kind.respond(self.connection, header, body, at_us):
                self.post(answer.body, author_id="system", site_id=answer.site_id, at_us=at_us)
        return header

    def _apply(self, document: Document) -> None:
        self.written.append(document)
        writes = self.registry.post(document)
        changes = apply_writes(self.connection, SCHEMA, writes, slot=0, owns=everything)
        if self.derives:
            for name in dict.fromkeys(change.table for change in changes):
                derive = SCHEMA[name].derive
                if derive:
                    derive(self.connection, [one.id for one in changes if one.table == name])

    def publish_prices(
        self,
        rows: Sequence[PriceRow],
        steps: Sequence[Step],
        *,
        sales_org_id: str = "FX",
        parent_number: int = 0,
        effective_at_us: int = NOON_US,
        at_us: int = NOON_US,
        approver_id: str = "approver",
    ) -> str:
        """Publish a price version; its id."""
        version = 900_000 + self.count
        *chunks, last = version_bodies(
            version.to_bytes(16, "big"),
            sales_org_id=sales_org_id,
            parent_number=parent_number,
            effective_at_us=effective_at_us,
            steps=steps,
            rows=rows,
        )
        for chunk in chunks:
            self.post(chunk, at_us=at_us)
        header = self.post(last, approver_id=approver_id, at_us=at_us, number=version)
        return uid_text(header.uid)


def an_office(*, answers: bool = True, derives: bool = False) -> Office:
    """An empty replica. The caller closes its connection."""
    connection = memory_connection(SCHEMA, shared.pricing.tables.LOCAL)
    return Office(connection, answers=answers, derives=derives)


def an_approver(user_id: str = "approver") -> UserPublished:
    """A head office user who may approve."""
    return UserPublished(user_id=user_id, name=user_id, role="head_office", grants=(Grant(),))

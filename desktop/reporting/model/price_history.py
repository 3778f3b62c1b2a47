"""How a product's price became what it is: statements, stores, the first sale, as known when."""

from collections.abc import Mapping, Sequence

from desktop.reporting.model.consolidated import Asker
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.access.queries import names_of_users
from shared.catalog.queries import product
from shared.channel.queries import level_names
from shared.core.clock import business_day, instant_of_local_iso
from shared.core.errors import QutongError, Unavailable
from shared.journal.document import Value
from shared.pricing.queries import spoken_names
from shared.pricing.queries.versions import FOREVER
from shared.reporting.queries.behind import FirstSale
from shared.reporting.queries.price_history import (
    Activation,
    AsKnown,
    PriceStep,
    activations,
    price_as_known,
    price_steps,
    sellers_since,
)

SITES_ASKED = 5
"""So many sites that sold it first are asked for the very first sale."""


class PriceHistory(Watched):
    """One product of one sales organisation."""

    def __init__(self, desk: Desk, asker: Asker, org_id: str, product_id: str, zone: str) -> None:
        super().__init__()
        self._desk, self.asker, self._zone = desk, asker, zone
        self.org_id, self.product_id = org_id, product_id
        goods = desk.read(product, product_id)
        self.name = goods.name if goods is not None else ""
        self.names = desk.read(spoken_names)
        self.levels: Sequence[tuple[str, str]] = sorted(desk.read(level_names).items())
        self.steps: Sequence[PriceStep] = ()
        self.people: Mapping[str, str] = {}
        """What those are called who wrote or approved a step."""
        self.stores: Sequence[Activation] = ()
        self.first: FirstSale | None = None
        self.first_site = ""
        self.error: QutongError | None = None
        self.was_asked = False

    async def load(self) -> None:
        """Read what this desktop holds."""
        self.steps = await self._desk.fetch(price_steps, self.org_id, self.product_id)
        people = {who for one in self.steps for who in (one.author_id, one.approver_id)}
        self.people = await self._desk.fetch(names_of_users, people)
        self.changed()

    async def choose(self, step: PriceStep) -> None:
        """The stores of one version; its first sale is asked for anew."""
        self.stores = await self._desk.fetch(activations, step.version_id)
        self.first, self.error, self.was_asked = None, None, False
        self.changed()

    async def ask_first(self, step: PriceStep) -> None:
        """Ask head office's server for the first sale by a version: of the sites that sold the
        product first since then, by the daily sums."""
        day = business_day(step.effective_at_us, self._zone)
        sites = await self._desk.fetch(sellers_since, self.product_id, day)
        found: list[tuple[FirstSale, str]] = []
        self.error = None
        try:
            for site_id in sites[:SITES_ASKED]:
                sale = await self._first_at(site_id, step.number)
                if sale is not None:
                    found.append((sale, site_id))
        except Unavailable as error:
            self.error = error
        self.was_asked = self.error is None
        self.first, self.first_site = min(
            found, key=lambda one: one[0].happened_at_us, default=(None, "")
        )
        self.changed()

    async def _first_at(self, site_id: str, number: int) -> FirstSale | None:
        wish: dict[str, Value] = {
            "site_id": site_id,
            "sales_org_id": self.org_id,
            "number": number,
            "product_id": self.product_id,
        }
        report = await self.asker.ask("first_sale_of", wish)
        if not report.rows:
            return None
        row = dict(zip(report.columns, report.rows[0], strict=True))
        return FirstSale(
            number=str(row["number"]),
            device_id=str(row["device_id"]),
            happened_at_us=int(row["happened_at_us"]),
            unit_price_micro=int(row["unit_price_micro"]),
            price_version=int(row["price_version"]),
        )

    def as_known(self, level_id: str, valid: str, known: str) -> AsKnown:
        """The price that held at an instant, as known at another one; texts as people write them,
        ``2026-11-03 14:00``, '' = now (C10). Raises: RuleViolation INSTANT_UNREADABLE."""
        return self._desk.read(
            price_as_known,
            self.org_id,
            self.product_id,
            level_id=level_id,
            valid_at_us=self._instant_us(valid) or self._desk.now_us,
            known_at_us=self._instant_us(known) or FOREVER,
        )

    def _instant_us(self, text: str) -> int:
        day, _, time = text.strip().partition(" ")
        return instant_of_local_iso(f"{day}T{time.strip() or '00:00'}", self._zone) if day else 0

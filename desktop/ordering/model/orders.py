"""The list of one's own orders, and the order somebody looks at."""

from collections.abc import Mapping
from enum import StrEnum

from desktop.ordering.usecases.asking import cancel_order
from desktop.ordering.usecases.carts import accounts_to_order_for
from desktop.ordering.usecases.looking import (
    ListedOrder,
    OrderDetail,
    list_orders,
    read_acceptance,
    read_order,
)
from desktop.ordering.usecases.papers import read_flow
from desktop.ordering.usecases.revising import answer_revision
from desktop.ordering.usecases.wishing import org_names
from desktop.store.desk import Desk
from desktop.store.papers import FlowNode
from desktop.watched import Watched
from shared.channel.queries import AccountView
from shared.ordering.rules import AcceptanceRate, Action, OrderState, Side


class Filter(StrEnum):
    """What part of the orders is listed."""

    ALL = "all"
    WAITING = "waiting"
    GRANTED = "granted"
    ON_THE_WAY = "on_the_way"
    REFUSED = "refused"
    DONE = "done"


STATES: dict[Filter, frozenset[OrderState]] = {
    Filter.ALL: frozenset(),
    Filter.WAITING: frozenset({OrderState.SUBMITTED, OrderState.REVISED}),
    Filter.GRANTED: frozenset({OrderState.ACCEPTED, OrderState.PARTIAL}),
    Filter.ON_THE_WAY: frozenset({OrderState.PART_SHIPPED, OrderState.SHIPPED}),
    Filter.REFUSED: frozenset({OrderState.REJECTED, OrderState.CANCELLED}),
    Filter.DONE: frozenset({OrderState.RECEIVED}),
}
UNSENT = "unsent"
"""The state word of an order that is still on this device alone."""


class OrderList(Watched):
    """Own orders by state; cancelling, reworking, confirming what the supplier changed."""

    def __init__(self, desk: Desk, site_id: str, device_id: str) -> None:
        super().__init__()
        self.desk = desk
        self.site_id = site_id
        self.device_id = device_id
        self.filter = Filter.ALL
        self.rows: tuple[ListedOrder, ...] = ()
        self.detail: OrderDetail | None = None
        self.accounts: tuple[AccountView, ...] = ()
        self.rates: tuple[AcceptanceRate, ...] = ()
        self.org_names: Mapping[str, str] = {}

    async def load(self) -> None:
        """Read the list and the order in front again."""
        self.accounts = await self.desk.fetch(
            accounts_to_order_for, self.desk.author_id, self.site_id
        )
        ids = [one.account_id for one in self.accounts]
        self.rows = tuple(await self.desk.fetch(list_orders, ids, STATES[self.filter]))
        self.rates = tuple(await self.desk.fetch(read_acceptance, ids))
        self.org_names = await self.desk.fetch(org_names)
        if self.detail is not None:
            self.detail = await self.desk.fetch(read_order, self.detail.order.id)
        self.changed()

    async def filter_by(self, wanted: Filter) -> None:
        """List another part of the orders."""
        self.filter = wanted
        await self.load()

    def look_at(self, order_id: str) -> None:
        """Bring an order to the front; '' none."""
        self.detail = self.desk.read(read_order, order_id) if order_id else None
        self.changed()

    def may(self, action: Action) -> bool:
        """Whether this can be done with the order in front."""
        if self.detail is None:
            return False
        return action in self.detail.order.actions(Side.SUBMITTER)

    async def cancel(self, reason: str) -> None:
        """Ask to take the order in front back (E05)."""
        if self.detail is not None:
            await self.desk.do(cancel_order, self.detail.order.id, reason=reason)
            await self.load()

    async def answer(self, *, is_confirmed: bool, note: str = "") -> None:
        """Confirm or refuse what the supplier changed (E09)."""
        if self.detail is not None:
            await self.desk.do(
                answer_revision, self.detail.order.id, is_confirmed=is_confirmed, note=note
            )
            await self.load()

    def flow(self) -> list[FlowNode]:
        """The papers around the order in front (E11)."""
        if self.detail is None:
            return []
        return self.desk.read(read_flow, self.detail.order.id, self.device_id)


def state_word(found: ListedOrder | OrderDetail) -> str:
    """The state as people see it: what only this device knows of is 待上传."""
    if found.is_unsent and found.order.state is OrderState.SUBMITTED:
        return UNSENT
    return found.order.state.value

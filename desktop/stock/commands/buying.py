"""The command that shows what a site bought itself (外采, B11)."""

from dataclasses import asdict
from typing import Any

from desktop.access.usecases import may, require
from desktop.channel.usecases import day_at, place_of
from desktop.stock.usecases import read_bought, read_purchases
from desktop.store.asking import Params, device
from desktop.store.command import Command
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.catalog.rules import own_supplier_id
from shared.core.errors import RuleViolation

_MONEY = ("currency", "amount_minor", "without_cost")


class Purchases(Params):
    """The receipts of this site on business days from..to inclusive, newest first; left out: this
    month up to today. ``supplier`` is the code of one of its own; ``lines`` shows their goods."""

    start: str = ""
    end: str = ""
    supplier: str = ""
    lines: bool = False


def _purchases(store: Store, asked: Purchases) -> dict[str, Any]:
    site_id = device(store).site_id
    with_costs, today = store.write(_begun).value
    start, end = asked.start or f"{today[:8]}01", asked.end or today
    page = store.read(lambda one: read_purchases(one, site_id, start, end))
    names = {one.supplier_id: one for one in page.suppliers}
    wanted = own_supplier_id(site_id, asked.supplier) if asked.supplier else ""
    if wanted and wanted not in names:
        raise RuleViolation("SUPPLIER_UNKNOWN", supplier_id=asked.supplier[:40])
    found = []
    for one in page.rows:
        if wanted not in ("", one.supplier_id):
            continue
        row = {name: value for name, value in asdict(one).items() if name != "supplier_id"}
        supplier = names.get(one.supplier_id)
        row |= {
            "supplier": supplier.code if supplier else one.supplier_id,
            "supplier_name": supplier.name if supplier else "",
        }
        if asked.lines:
            row["goods"] = _goods(store, one.document, with_costs=with_costs)
        found.append(row if with_costs else _without_money(row))
    return {"site": site_id, "start": start, "end": end, "purchases": found}


def _goods(store: Store, document: str, *, with_costs: bool) -> list[dict[str, Any]]:
    found = []
    for one in store.read(lambda connection: read_bought(connection, document)):
        row: dict[str, Any] = {
            "code": one.goods.code,
            "name": one.goods.name,
            "expires_on": one.expires_on,
            "qty_micro": one.qty_micro,
        }
        if with_costs:
            row |= {"unit_cost_micro": one.unit_cost_micro, "amount_minor": one.amount_minor}
        found.append(row)
    return found


def _without_money(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _MONEY}


def _begun(session: Session) -> tuple[bool, str]:
    """Whether costs may be told, and the business day. Raises AccessDenied NOT_PERMITTED."""
    require(session, "own_goods.write")
    return may(session, "cost.keep"), day_at(session, place_of(session))


COMMANDS = (
    Command(
        name="purchases",
        summary="What this site bought itself over days, by supplier.",
        params=Purchases,
        run=_purchases,
    ),
)

"""A shift that opens by itself, so that no money of a till is outside one (I11)."""

from desktop.sales.usecases.shifts import open_if_none
from desktop.store.desk import Desk
from shared.accounts.queries import ShiftView, open_shift
from shared.accounts.rules import Tender


def opened_by_itself(desk: Desk) -> ShiftView | None:
    """Before money moves: open this device's shift if none runs, in a transaction of its own.

    Gives what was opened, to be told once; None where nothing had to be.
    """
    identity = desk.store.identity
    if identity is None or desk.read(open_shift, identity.device_id) is not None:
        return None
    return desk.do_now(open_if_none)


def opened_for_invoice(desk: Desk, tender: Tender) -> ShiftView | None:
    """As ``opened_by_itself`` for a customer's money of an invoice: only cash at a till lies in a
    drawer; a transfer at a dealer's desk opens none."""
    identity = desk.store.identity
    is_here = identity is not None and identity.device_type == "till" and tender is Tender.CASH
    return opened_by_itself(desk) if is_here else None

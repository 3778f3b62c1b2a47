"""The cart of each sales organisation: kept on this device until it is submitted (E01, A05)."""

from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.ordering.usecases.asking import Submitted, Wanted, submit_order
from desktop.ordering.usecases.offering import Paid
from desktop.store.drafts import draft_of, put_draft, remove_draft
from desktop.store.session import Session
from shared.channel.queries import AccountView, accounts_open_to
from shared.ordering.queries.promoting import NO_CHOICES
from shared.promotions.rules import Choices


def cart_key(account_id: str) -> str:
    """Where the cart of an account is kept; an account belongs to one sales organisation."""
    return f"cart/{account_id}"


def aside_key(account_id: str) -> str:
    """Where the cart waits while another order of the account is reworked."""
    return f"cart-aside/{account_id}"


def cart_of(connection: Connection, account_id: str) -> bytes | None:
    """The cart as it was kept last."""
    return draft_of(connection, cart_key(account_id))


def accounts_to_order_for(
    connection: Connection, user_id: str, site_id: str
) -> tuple[AccountView, ...]:
    """The accounts this person may order for here, the usual one first (A04, A05)."""
    found = accounts_open_to(connection, user_id, site_id, "order.submit")
    return tuple(one for one in found if one.is_active)


def keep_cart(session: Session, account_id: str, content: bytes) -> None:
    """Keep the cart instead of what was kept before; durable when this is done."""
    put_draft(session, cart_key(account_id), content)


def lay_cart_aside(session: Session, account_id: str, content: bytes) -> None:
    """Keep another cart in its place; the one that was there comes back after it."""
    before = draft_of(session.connection, cart_key(account_id))
    if before is not None and draft_of(session.connection, aside_key(account_id)) is None:
        put_draft(session, aside_key(account_id), before)
    put_draft(session, cart_key(account_id), content)


def drop_cart(session: Session, account_id: str) -> None:
    """Forget the cart; one that was laid aside comes back."""
    aside = draft_of(session.connection, aside_key(account_id))
    if aside is None:
        remove_draft(session, cart_key(account_id))
        return
    put_draft(session, cart_key(account_id), aside)
    remove_draft(session, aside_key(account_id))


def submit_cart(
    session: Session,
    account_id: str,
    wanted: Sequence[Wanted],
    *,
    requested_date: str = "",
    note: str = "",
    follows: str = "",
    choices: Choices = NO_CHOICES,
    paid: Paid | None = None,
) -> Submitted:
    """Submit the cart and forget it in one breath: a crash leaves one of both, never none.

    Raises as ``submit_order``.
    """
    done = submit_order(
        session,
        wanted,
        account_id=account_id,
        requested_date=requested_date,
        note=note,
        follows=follows,
        choices=choices,
        paid=paid,
    )
    drop_cart(session, account_id)
    return done

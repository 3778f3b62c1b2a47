"""How this till is set: rounding, the tender proposed first, what needs a shift or an approver."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from desktop.access.usecases import policy, policy_number
from shared.access.rules import (
    FIRST_TENDER,
    REFUND_OTHER_TENDER,
    ROUND_OFF,
    SHIFT_DIFFERENCE,
    SHIFT_REQUIRED,
    STATIC_CODE_CAP,
)
from shared.accounts.rules import Tender, tender_named

_MINOR_OF: Final = {"none": 0, "jiao": 10, "yuan": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class TillOptions:
    """The rules of a till as they hold at its site; amounts in minor units."""

    round_off_to_minor: int
    """抹零: what the total is cut down to a multiple of; 0 = not at all. For ``sell``."""
    first_tender: Tender
    static_code_cap_minor: int
    """Above it a sale by 收款码 opens a task; 0 = never."""
    needs_shift: bool
    shift_ceiling_minor: int
    refund_needs_approver: bool
    """Where money goes back another way than it came."""


def till_options(connection: Connection, site_id: str) -> TillOptions:
    """The rules of the till at a site."""
    return TillOptions(
        round_off_to_minor=_MINOR_OF.get(policy(connection, site_id, ROUND_OFF), 0),
        first_tender=tender_named(policy(connection, site_id, FIRST_TENDER)),
        static_code_cap_minor=policy_number(connection, site_id, STATIC_CODE_CAP),
        needs_shift=policy(connection, site_id, SHIFT_REQUIRED) == "1",
        shift_ceiling_minor=policy_number(connection, site_id, SHIFT_DIFFERENCE),
        refund_needs_approver=policy(connection, site_id, REFUND_OTHER_TENDER) == "approver",
    )

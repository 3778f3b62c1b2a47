"""Money that a site spends, what channel accounts pay, and a site's own customers."""

from desktop.accounts.usecases.office import (
    adjust_account,
    grant_rebate,
    rebate_needs_approver,
    record_payment,
    refund_guarantee,
)
from desktop.accounts.usecases.site import (
    KEPT_CUSTOMERS,
    KeptCustomer,
    TillNow,
    adopt_kept_customers,
    change_customer,
    kept_customers,
    pay_expense,
    take_up_customer,
    till_now,
)

__all__ = [
    "KEPT_CUSTOMERS",
    "KeptCustomer",
    "TillNow",
    "adjust_account",
    "adopt_kept_customers",
    "change_customer",
    "grant_rebate",
    "kept_customers",
    "pay_expense",
    "rebate_needs_approver",
    "record_payment",
    "refund_guarantee",
    "take_up_customer",
    "till_now",
]

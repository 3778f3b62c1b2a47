"""The kinds of money documents."""

from shared.accounts import posting
from shared.accounts.documents import (
    AccountAdjusted,
    AccountPayment,
    Collection,
    CustomerStated,
    ExpensePaid,
    FloatStated,
    GuaranteeRefunded,
    RebateGranted,
    ShiftClosed,
    ShiftDeclared,
    ShiftOpened,
)
from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind

KINDS = (
    Kind(
        name="customer_stated",
        body=CustomerStated,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="customer.write", device_types=frozenset({"till", "dealer"})
        ),
        post=posting.post_customer,
    ),
    Kind(
        name="collection",
        body=Collection,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="account.collect", device_types=frozenset({"till", "dealer"})
        ),
        post=posting.post_collection,
        series="SK",
    ),
    Kind(
        name="account_payment",
        body=AccountPayment,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="account.adjust",
            device_types=frozenset({"hq", "server"}),
            outer_ends=("bank", "partner/"),
        ),
        post=posting.post_account_payment,
        series="HK",
    ),
    Kind(
        name="account_adjusted",
        body=AccountAdjusted,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="account.adjust",
            device_types=frozenset({"hq", "server"}),
            outer_ends=("hq/", "partner/"),
        ),
        post=posting.post_adjustment,
        series="TZ",
    ),
    Kind(
        name="guarantee_refunded",
        body=GuaranteeRefunded,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="account.adjust",
            device_types=frozenset({"hq", "server"}),
            outer_ends=("bank", "partner/"),
        ),
        post=posting.post_guarantee_refund,
        series="TB",
        review=posting.review_guarantee_refunds,
    ),
    Kind(
        name="rebate_granted",
        body=RebateGranted,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="account.adjust",
            device_types=frozenset({"hq", "server"}),
            outer_ends=("hq/", "partner/"),
        ),
        post=posting.post_rebate,
        series="FL",
    ),
    Kind(
        name="expense_paid",
        body=ExpensePaid,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="account.expense", device_types=frozenset({"till", "dealer"})
        ),
        post=posting.post_expense,
        series="FY",
    ),
    Kind(
        name="shift_opened",
        body=ShiftOpened,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="shift.run", device_types=frozenset({"till", "dealer"})),
        post=posting.post_shift_opened,
        series="KB",
    ),
    Kind(
        name="float_stated",
        body=FloatStated,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="shift.run", device_types=frozenset({"till", "dealer"})),
        post=posting.post_float_stated,
    ),
    Kind(
        name="shift_declared",
        body=ShiftDeclared,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="shift.run", device_types=frozenset({"till", "dealer"})),
        post=posting.post_shift_declared,
    ),
    Kind(
        name="shift_closed",
        body=ShiftClosed,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="shift.run", device_types=frozenset({"till", "dealer"})),
        post=posting.post_shift_closed,
        series="JB",
        review=posting.review_closings,
    ),
)

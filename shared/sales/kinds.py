"""The kinds of sales documents."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.sales import posting
from shared.sales.documents import DepositsPooled, DepositTaken, Sale, StockOutRegistered

_DEVICES = frozenset({"till", "dealer"})

KINDS = (
    Kind(
        name="sale",
        body=Sale,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="sale.make",
            device_types=_DEVICES,
            outer_ends=("customer", "rounding", "suspense"),
        ),
        post=posting.post_sale,
        series="XS",
        review=posting.review_sales,
    ),
    Kind(
        name="stock_out_registered",
        body=StockOutRegistered,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="register.write", device_types=_DEVICES, outer_ends=("customer",)
        ),
        post=posting.post_register,
        series="TD",
        review=posting.review_registers,
    ),
    Kind(
        name="deposit_taken",
        body=DepositTaken,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="sale.make", device_types=_DEVICES),
        post=posting.post_deposit,
        series="YC",
        review=posting.review_deposits,
    ),
    Kind(
        name="deposits_pooled",
        body=DepositsPooled,
        document_class=DocumentClass.FACT,
        # Nobody's but the server's: it alone keeps the pools.
        authority=Authority(permission="", device_types=frozenset({"server"})),
        post=posting.post_pooled,
    ),
)

"""The kinds of stock documents."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.stock import posting
from shared.stock.documents import (
    Movement,
    MovementTypesPublished,
    PurchaseReceived,
    ReservationReleased,
    StockReserved,
    TransferDispatched,
    TransferReceived,
)
from shared.stock.rules import (
    ADJUSTMENT,
    CONSUMPTION,
    CUSTOMER,
    GIFT,
    OPENING,
    SCRAP,
    SUPPLIER,
    SUSPENSE,
)

_SITE_DEVICES = frozenset({"till", "dealer", "warehouse"})
OUTER = (CUSTOMER, SUPPLIER, ADJUSTMENT, SCRAP, CONSUMPTION, GIFT, OPENING, SUSPENSE)

KINDS = (
    Kind(
        name="movement",
        body=Movement,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="stock.move", device_types=_SITE_DEVICES, outer_ends=OUTER),
        post=posting.post_movement,
        review=posting.review_taken_back,
        series="CK",
    ),
    Kind(
        name="purchase_received",
        body=PurchaseReceived,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="own_goods.write", device_types=_SITE_DEVICES, outer_ends=(SUPPLIER,)
        ),
        post=posting.post_purchase,
        review=posting.review_taken_back,
        series="WC",
    ),
    Kind(
        name="transfer_dispatched",
        body=TransferDispatched,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="stock.transfer", device_types=_SITE_DEVICES, outer_ends=("transit/",)
        ),
        post=posting.post_dispatch,
        review=posting.review_taken_back,
        series="DC",
    ),
    Kind(
        name="transfer_received",
        body=TransferReceived,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="stock.transfer", device_types=_SITE_DEVICES, outer_ends=("transit/",)
        ),
        post=posting.post_receipt,
        review=posting.review_taken_back,
        series="DR",
    ),
    Kind(
        name="stock_reserved",
        body=StockReserved,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="stock.move", device_types=_SITE_DEVICES),
        post=posting.post_reserved,
        series="YL",
    ),
    Kind(
        name="reservation_released",
        body=ReservationReleased,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="stock.move", device_types=_SITE_DEVICES),
        post=posting.post_released,
        series="YS",
    ),
    Kind(
        name="movement_types_published",
        body=MovementTypesPublished,
        document_class=DocumentClass.PUBLICATION,
        authority=Authority(
            permission="catalogue.publish", device_types=frozenset({"hq", "server"})
        ),
        post=posting.post_types,
    ),
)

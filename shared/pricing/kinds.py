"""The kinds of document of pricing."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.pricing.documents import (
    DeviceNudged,
    LabelsPrinted,
    OwnPriceSet,
    OwnPricesSet,
    PriceRows,
    PriceVersionPublished,
    PriceVersionRejected,
    PriceVersionSealed,
    PriceVersionsMarked,
)
from shared.pricing.posting import (
    post_labels,
    post_marks,
    post_nudge,
    post_own_price,
    post_own_prices,
    post_rejected,
    post_rows,
    post_sealed,
    post_version,
    respond_rows,
    respond_version,
)

_PUBLISHER = frozenset({"hq", "server"})
_BY_SERVER = Authority(permission="price.publish", device_types=frozenset({"server"}))

_BY_SHOP = Authority(
    permission="own_goods.write", device_types=frozenset({"till", "dealer", "warehouse"})
)

KINDS: tuple[Kind, ...] = (
    Kind(
        name="price_rows",
        body=PriceRows,
        document_class=DocumentClass.PUBLICATION,
        authority=Authority(permission="price.publish", device_types=_PUBLISHER),
        post=post_rows,
        respond=respond_rows,
    ),
    Kind(
        name="price_version",
        body=PriceVersionPublished,
        document_class=DocumentClass.REQUEST,
        authority=Authority(
            permission="price.publish", device_types=_PUBLISHER, needs_approver=True
        ),
        post=post_version,
        respond=respond_version,
    ),
    Kind(
        name="price_version_sealed",
        body=PriceVersionSealed,
        document_class=DocumentClass.PUBLICATION,
        authority=_BY_SERVER,
        post=post_sealed,
    ),
    Kind(
        name="price_version_rejected",
        body=PriceVersionRejected,
        document_class=DocumentClass.PUBLICATION,
        authority=_BY_SERVER,
        post=post_rejected,
    ),
    Kind(
        name="price_nudge",
        body=DeviceNudged,
        document_class=DocumentClass.PUBLICATION,
        authority=Authority(permission="price.publish", device_types=frozenset({"hq"})),
        post=post_nudge,
    ),
    Kind(
        name="own_price",
        body=OwnPriceSet,
        document_class=DocumentClass.FACT,
        authority=_BY_SHOP,
        post=post_own_price,
    ),
    Kind(
        name="own_prices",
        body=OwnPricesSet,
        document_class=DocumentClass.FACT,
        authority=_BY_SHOP,
        post=post_own_prices,
    ),
    Kind(
        name="price_versions_marked",
        body=PriceVersionsMarked,
        document_class=DocumentClass.FACT,
        # The device itself says it, at midnight too, when nobody is signed in.
        authority=Authority(permission="", device_types=frozenset({"till", "dealer", "warehouse"})),
        post=post_marks,
    ),
    Kind(
        name="labels_printed",
        body=LabelsPrinted,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="stock.move", device_types=frozenset({"till", "dealer", "warehouse"})
        ),
        post=post_labels,
    ),
)

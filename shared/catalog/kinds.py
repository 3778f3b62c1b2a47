"""The kinds of document of the catalogue."""

from shared.catalog.documents import (
    AssortmentPublished,
    CataloguePublished,
    OwnProductCreated,
    OwnProductsStated,
    ProductCostsStated,
    ProductPicturePublished,
    SupplierStated,
)
from shared.catalog.posting import (
    post_assortment,
    post_catalogue,
    post_costs,
    post_own_product,
    post_own_products,
    post_picture,
    post_supplier,
)
from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind

_BY_HEAD_OFFICE = Authority(
    permission="catalogue.publish", device_types=frozenset({"hq", "server"})
)

_BY_SHOP = Authority(
    permission="own_goods.write", device_types=frozenset({"till", "dealer", "warehouse"})
)

KINDS: tuple[Kind, ...] = (
    Kind(
        name="catalogue",
        body=CataloguePublished,
        document_class=DocumentClass.PUBLICATION,
        authority=_BY_HEAD_OFFICE,
        post=post_catalogue,
    ),
    Kind(
        name="assortment",
        body=AssortmentPublished,
        document_class=DocumentClass.PUBLICATION,
        authority=_BY_HEAD_OFFICE,
        post=post_assortment,
    ),
    Kind(
        name="own_product",
        body=OwnProductCreated,
        document_class=DocumentClass.FACT,
        authority=_BY_SHOP,
        post=post_own_product,
    ),
    Kind(
        name="own_products",
        body=OwnProductsStated,
        document_class=DocumentClass.FACT,
        authority=_BY_SHOP,
        post=post_own_products,
    ),
    Kind(
        name="own_supplier",
        body=SupplierStated,
        document_class=DocumentClass.FACT,
        authority=_BY_SHOP,
        post=post_supplier,
    ),
    Kind(
        name="product_picture",
        body=ProductPicturePublished,
        document_class=DocumentClass.PUBLICATION,
        authority=_BY_HEAD_OFFICE,
        post=post_picture,
    ),
    Kind(
        name="product_costs",
        body=ProductCostsStated,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="cost.keep",
            device_types=frozenset({"till", "dealer", "warehouse", "hq", "server"}),
        ),
        post=post_costs,
    ),
)

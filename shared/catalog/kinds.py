"""The kinds of document of the catalogue."""

from shared.catalog.documents import AssortmentPublished, CataloguePublished, OwnProductCreated
from shared.catalog.posting import post_assortment, post_catalogue, post_own_product
from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind

_BY_HEAD_OFFICE = Authority(
    permission="catalogue.publish", device_types=frozenset({"hq", "server"})
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
        authority=Authority(
            permission="own_goods.write",
            device_types=frozenset({"till", "dealer", "warehouse"}),
        ),
        post=post_own_product,
    ),
)

"""Documents of the catalogue: products and assortments of head office, a shop's own goods."""

from shared.journal.document import Body, Part


class ProductPack(Part, kw_only=True):
    """A unit larger (or smaller) than the base unit (B08)."""

    unit: str
    factor_micro: int
    """Base units it holds, in millionths."""
    is_active: bool = True


class ProductBarcode(Part, kw_only=True):
    """A barcode of a product in one of its units (B08)."""

    barcode: str
    unit: str = ""
    """'' = the base unit."""
    is_active: bool = True
    """False withdraws a barcode that an earlier publication named."""


class Product(Part, kw_only=True):
    """A product as head office states it (B01); its code is its id everywhere (B07)."""

    code: str
    name: str
    spec: str = ""
    brand: str = ""
    category: str = ""
    base_unit: str = "件"
    kind: str = "goods"
    """``goods tester gift service``."""
    tax_rate_micro: int = 130_000
    packs: tuple[ProductPack, ...] = ()
    """Without the base unit."""
    barcodes: tuple[ProductBarcode, ...] = ()
    initials: str = ""
    """Pinyin initials of the name, resolved by the author (shared.catalog.pinyin)."""
    listed_from_us: int = 0
    listed_to_us: int = 0
    """First instant at which it is unlisted; 0 = open (B04)."""
    sales_org_ids: tuple[str, ...] = ()
    """Whose catalogue it is in, when it is not exclusive."""
    exclusive_assortment_id: str = ""
    """The one exclusive assortment it is known in; everybody else holds no row of it (B03)."""
    is_lot_tracked: bool = False
    shelf_life_months: int = 0
    registration: str = ""
    """备案 / 注册 number."""
    producer: str = ""
    origin: str = ""
    description: str = ""
    picture: str = ""
    """Content address of its picture; '' = none."""


class CataloguePublished(Body, kw_only=True):
    """Head office publishes products, at most 5,000; what it does not name stays as it was."""

    products: tuple[Product, ...]


class AssortmentItem(Part, kw_only=True):
    """A product on a list, from an instant to an instant (B04), in its place (B05)."""

    product_id: str
    from_at_us: int = 0
    to_at_us: int = 0
    """First instant at which it is unlisted; 0 = open."""
    rank: int = 0
    """1 is the first tile; 0 = not placed, behind all placed ones."""


class AssortmentPublished(Body, kw_only=True):
    """Head office publishes a product list (产品清单) or part of one, at most 5,000 items."""

    assortment_id: str
    sales_org_id: str
    name: str
    is_exclusive: bool = False
    """专供: only the accounts named, and head office, know it (B03)."""
    account_ids: tuple[str, ...] = ()
    former_account_ids: tuple[str, ...] = ()
    """Accounts of an earlier publication that are no longer named."""
    items: tuple[AssortmentItem, ...] = ()


class OwnProductCreated(Body, kw_only=True):
    """A shop takes up goods of its own beside the brand's (本店商品, B11)."""

    code: str
    """The shop's own code; unique in the shop. The id is ``rules.own_product_id``."""
    name: str
    spec: str = ""
    brand: str = ""
    category: str = ""
    base_unit: str = "件"
    kind: str = "goods"
    tax_rate_micro: int = 130_000
    barcodes: tuple[ProductBarcode, ...] = ()
    packs: tuple[ProductPack, ...] = ()
    initials: str = ""
    is_active: bool = True


class OwnGoods(Part, kw_only=True):
    """Goods of a shop's own as a sheet of many states them; as ``OwnProductCreated``."""

    code: str
    name: str
    spec: str = ""
    brand: str = ""
    category: str = ""
    base_unit: str = "件"
    kind: str = "goods"
    tax_rate_micro: int = 130_000
    barcodes: tuple[ProductBarcode, ...] = ()
    packs: tuple[ProductPack, ...] = ()
    initials: str = ""
    is_active: bool = True
    """False: not sold any more."""


class OwnProductsStated(Body, kw_only=True):
    """A shop takes up or changes many goods of its own at once, at most 1,000 (B11, R07)."""

    products: tuple[OwnGoods, ...]


class ProductCost(Part, kw_only=True):
    """What one base unit of a product costs to buy, at 10⁻⁶ of the currency."""

    product_id: str
    unit_cost_micro: int
    is_removed: bool = False


class ProductCostsStated(Body, kw_only=True):
    """Purchase costs, at most 1,000: of a shop for its goods, or of head office for the brand's.

    They are no part of a product's own documents, because those travel to everybody who sells it:
    these stay where they are stated, at one site, or at head office's desks.
    """

    currency: str
    costs: tuple[ProductCost, ...]


class SupplierStated(Body, kw_only=True):
    """Whom a shop buys its own goods from (外采供应商, B11)."""

    code: str
    name: str
    phone: str = ""
    note: str = ""
    is_active: bool = True


class ProductPicturePublished(Body, kw_only=True):
    """Head office publishes a picture of a product in one size; the last one published is shown.

    The bytes stay in the document: rows name them by their digest, and a device asks for what it
    wants to show (B01).
    """

    product_id: str
    size_class: str
    """``small large``, as ``rules.PICTURE_SIZES`` names them."""
    media_type: str = "image/jpeg"
    data: bytes = b""
    """b'' takes the picture back."""
    sales_org_ids: tuple[str, ...] = ()
    exclusive_assortment_id: str = ""
    """Where the product is at home when the picture is published, as in ``Product``."""

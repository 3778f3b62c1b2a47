"""A sheet about goods that stand already: what it leaves out stays, what it changes is told."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from shared.catalog.documents import Product

_UNSAID: Final = Product(code="", name="")
"""A blank cell reads as this does: it says nothing about a product that stands."""
_HOME: Final = ("sales_org_ids", "exclusive_assortment_id")
"""No sheet moves goods: an exclusive product would be shown to everybody (B03)."""
_TOLD: Final = {
    "name": "name",
    "spec": "spec",
    "brand": "brand",
    "category": "category",
    "base_unit": "unit",
    "kind": "kind",
    "registration": "registration",
    "producer": "producer",
    "origin": "origin",
    "description": "description",
}
"""Texts a person compares, with the field of the sheet each comes from."""


class Change(NamedTuple):
    """What a sheet changes of a product: the sheet's field, and its text before and after."""

    field: str
    before: str
    after: str


def with_unsaid(stated: Product, said: Product) -> Product:
    """A product as a sheet says it, with everything it does not say as it was stated before.

    Packs and barcodes are only ever added; the initials follow the name.
    """
    kept = {
        name: getattr(stated, name)
        for name in Product.__struct_fields__
        if name in _HOME or getattr(said, name) == getattr(_UNSAID, name)
    }
    initials = stated.initials if said.name == stated.name else said.initials
    return msgspec.structs.replace(said, **(kept | {"initials": initials}))


def changes_of(stated: Product, after: Product) -> Sequence[Change]:
    """What people would want to see before it is published."""
    return [
        Change(field, str(getattr(stated, name)), str(getattr(after, name)))
        for name, field in _TOLD.items()
        if getattr(stated, name) != getattr(after, name)
    ]

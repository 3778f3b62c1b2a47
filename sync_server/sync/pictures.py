"""Pictures of goods for who asks: told only where a row of the device's scopes names them (B01)."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from shared.catalog.documents import ProductPicturePublished
from shared.catalog.rules import is_picture_digest
from shared.catalog.tables import product_picture
from shared.core.errors import RuleViolation
from shared.journal.kind import Registry
from shared.journal.tables import journal
from shared.sync.messages import AskPicture, PictureFound
from sync_server.sync.judging import STORED

_NAMED = select(product_picture.c.scopes, product_picture.c.document).where(
    product_picture.c.digest == bindparam("digest")
)
_STORED = select(journal.c.stored).where(
    journal.c.uid == bindparam("uid"), journal.c.verdict == STORED
)


def answer(
    connection: Connection, registry: Registry, scopes: Sequence[str], asked: AskPicture
) -> PictureFound:
    """The picture of a digest, out of the document that published it.

    Raises: RuleViolation PICTURE_UNKNOWN: not there, or of goods the device does not hold.
    """
    held = frozenset(scopes)
    digest = asked.digest if is_picture_digest(asked.digest) else ""
    rows = connection.execute(_NAMED, {"digest": digest}).all() if digest else []
    for row in rows:
        if held.isdisjoint(row.scopes.split()):
            continue
        stored = connection.execute(_STORED, {"uid": row.document}).scalar()
        if stored is not None:
            body = registry.decode(bytes(stored)).body
            assert isinstance(body, ProductPicturePublished)
            return PictureFound(data=body.data, media_type=body.media_type)
    raise RuleViolation("PICTURE_UNKNOWN")

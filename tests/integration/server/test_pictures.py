"""Pictures of goods: rows tell that there is one, bytes come to who asks and may (B01)."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from desktop.sync.conversation import Ask
from desktop.sync.pictures import PictureCache, fetch_pictures
from shared.catalog.documents import (
    AssortmentPublished,
    CataloguePublished,
    Product,
    ProductPicturePublished,
)
from shared.catalog.tables import product_picture
from shared.core.errors import RuleViolation, Unavailable
from shared.core.ids import uid_text
from shared.journal.document import Body
from shared.stocktake.documents import PHOTO_BYTES_MAX, PhotoTaken
from shared.stocktake.queries.photos import photo_bytes, photos_of
from shared.stocktake.tables import count_photo
from shared.sync.messages import (
    AskPicture,
    EnvelopeCursor,
    Envelopes,
    ErrorAnswer,
    Message,
    PictureFound,
    Pull,
    pack,
    unpack,
)
from sync_server.operations.verify import faults
from sync_server.sync.feed import heads_of
from sync_server.sync.head_office import draft_of, publish
from tests.integration.server.two_shops import Place, Till, unpacked
from tests.integration.server.world import NOON_US

SHARED, FOREIGN = b"\xff\xd8\xff of everybody", b"\xff\xd8\xff of the neighbour"


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def published(place: Place, *bodies: Body) -> None:
    office = place.office
    with office.database.write() as connection:
        drafts = [draft_of(office.hq, body, NOON_US) for body in bodies]
        publish(connection, office.hq, drafts, NOON_US)


def a_picture(data: bytes, product_id: str = "P1", **at_home: Any) -> ProductPicturePublished:
    home = at_home or {"sales_org_ids": ("FX",)}
    return ProductPicturePublished(product_id=product_id, size_class="small", data=data, **home)


def with_pictures(place: Place) -> None:
    """One of goods everybody orders, one of goods that only the neighbour knows."""
    neighbour = AssortmentPublished(
        assortment_id="EX2", sales_org_id="FX", name="EX2", is_exclusive=True, account_ids=("D2",)
    )
    secret = Product(code="P9", name="P9", exclusive_assortment_id="EX2")
    published(
        place,
        neighbour,
        CataloguePublished(products=(secret,)),
        a_picture(SHARED),
        a_picture(FOREIGN, "P9", exclusive_assortment_id="EX2"),
    )


def asked(till: Till, digest: str) -> bytes | str:
    """The bytes, or the code of the refusal."""
    answer = till.wire.ask("/picture", pack(AskPicture(digest=digest)))
    if answer.status != 200:
        return unpack(answer.body, ErrorAnswer).code
    return unpack(answer.body, PictureFound).data


def test_a_picture_is_told_to_who_holds_a_row_that_names_it_and_to_nobody_else(
    place: Place,
) -> None:
    with_pictures(place)
    assert asked(place.mine, digest_of(SHARED)) == SHARED
    assert asked(place.theirs, digest_of(SHARED)) == SHARED
    assert asked(place.theirs, digest_of(FOREIGN)) == FOREIGN
    refusals = [
        place.mine.wire.ask("/picture", pack(AskPicture(digest=one)))
        for one in (digest_of(FOREIGN), digest_of(b"nothing"), "", "x" * 200)
    ]
    assert {one.status for one in refusals} == {400}
    assert len({unpacked(one.body) for one in refusals}) == 1, "not yours is as not there"


def test_a_till_pulls_that_there_is_a_picture_and_never_its_bytes(place: Place) -> None:
    with_pictures(place)
    till = place.mine.wire
    pull = Pull(scope="org:FX", generation=1, after=0, limit=500)
    page = unpacked(till.ask("/pull", pack(pull)).body)
    assert digest_of(SHARED).encode() in page
    beside = Envelopes(cursors=[EnvelopeCursor(scope="org:FX", after=0)])
    told = unpacked(till.ask("/envelopes", pack(beside)).body)
    for body in (page, told):
        assert SHARED not in body
    office = place.office
    with office.database.read() as connection:
        rows = connection.execute(select(product_picture.c.size_bytes)).scalars().all()
        found = faults(
            connection,
            office.hq.replica.registry,
            office.hq.replica.schema,
            office.hq.author.key.public,
        )
        assert [str(one) for one in found] == []
    assert sorted(rows) == sorted([len(SHARED), len(FOREIGN)])


def test_only_the_picture_published_last_is_told_and_none_after_it_was_taken_back(
    place: Place,
) -> None:
    with_pictures(place)
    newer = b"\xff\xd8\xff newer"
    published(place, a_picture(newer))
    assert asked(place.mine, digest_of(SHARED)) == "PICTURE_UNKNOWN"
    assert asked(place.mine, digest_of(newer)) == newer
    published(place, a_picture(b""))
    assert asked(place.mine, digest_of(newer)) == "PICTURE_UNKNOWN"


def test_a_device_keeps_what_it_fetched_and_shows_it_without_a_line(
    place: Place, tmp_path: Path
) -> None:
    with_pictures(place)
    cache = PictureCache(tmp_path / "pictures")

    def send(ask: Ask) -> Message:
        answer = place.mine.wire.ask(ask.path, pack(ask.message))
        if answer.status != 200:
            raise RuleViolation(unpack(answer.body, ErrorAnswer).code)
        return unpack(answer.body, ask.answer)

    def cut(_ask: Ask) -> Message:
        raise Unavailable("NETWORK")

    wanted = [digest_of(FOREIGN), digest_of(SHARED)]
    assert cache.kept(digest_of(SHARED)) == ""
    assert fetch_pictures(send, cache, wanted) == 1
    with pytest.raises(Unavailable, match="NETWORK"):
        fetch_pictures(cut, cache, wanted)
    again = PictureCache(tmp_path / "pictures")
    assert Path(again.kept(digest_of(SHARED))).read_bytes() == SHARED
    assert again.kept(digest_of(FOREIGN)) == ""


def test_a_till_publishes_no_pictures(place: Place) -> None:
    assert place.mine.says(a_picture(b"\xff\xd8\xff mine")) != ""
    assert place.count(product_picture) == 0


def test_a_photo_of_a_count_is_its_sites_and_neither_a_neighbours_nor_head_offices(
    place: Place,
) -> None:
    def elsewhere() -> object:
        with place.office.database.read() as connection:
            return heads_of(connection, ["site:SH02", "hq", "all", "org:FX"])

    before = elsewhere()
    data = (b"\xff\xd8\xff" + bytes(range(256)) * 240)[:PHOTO_BYTES_MAX]
    photo = PhotoTaken(count_uid=b"c" * 16, zone_id="A", code="999", note="shelf 3", data=data)
    assert place.mine.says(photo) == ""
    assert elsewhere() == before
    with place.office.database.read() as connection:
        (found,) = photos_of(connection, uid_text(b"c" * 16))
        assert photo_bytes(connection, found.id) == data
    pull = Pull(scope="site:SH01", generation=1, after=0, limit=500)
    page = unpacked(place.mine.wire.ask("/pull", pack(pull)).body)
    assert b"shelf 3" in page, "the site's other devices review the count"
    foreign = place.theirs.wire.ask("/pull", pack(pull))
    assert foreign.status != 200
    # A page that holds many large photos is cut and goes on.
    for _ in range(29):
        place.mine.add(photo)
    assert place.mine.push(2) == []
    assert place.count(count_photo) == 30
    answer = place.mine.wire.ask("/pull", pack(pull))
    assert answer.status == 200
    assert 0 < unpacked(answer.body).count(b"shelf 3") < 30

"""The kinds of count documents."""

from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind
from shared.stock.rules import ADJUSTMENT, OPENING
from shared.stocktake.documents import (
    CountApproved,
    CountApprovedAbove,
    CountCorrected,
    CountOpened,
    CountPosted,
    CountRevealed,
    PhotoTaken,
    RecountAsked,
    ZoneCounted,
)
from shared.stocktake.posting import answers, rows

_SITE = frozenset({"till", "dealer", "warehouse"})
_SITE_AND_HQ = _SITE | {"hq"}
_FACT = DocumentClass.FACT

KINDS = (
    Kind(
        name="count_opened",
        body=CountOpened,
        document_class=_FACT,
        authority=Authority(permission="count.open", device_types=_SITE_AND_HQ),
        post=rows.post_opened,
        series="PD",
    ),
    Kind(
        name="zone_counted",
        body=ZoneCounted,
        document_class=_FACT,
        authority=Authority(permission="count.run", device_types=_SITE),
        post=rows.post_zone,
        review=answers.review_sheets,
    ),
    Kind(
        name="count_revealed",
        body=CountRevealed,
        document_class=_FACT,
        authority=Authority(permission="count.reveal", device_types=_SITE_AND_HQ),
        post=rows.post_revealed,
    ),
    Kind(
        name="recount_asked",
        body=RecountAsked,
        document_class=_FACT,
        authority=Authority(permission="count.reveal", device_types=_SITE_AND_HQ),
        post=rows.post_recount,
    ),
    Kind(
        name="count_approved",
        body=CountApproved,
        document_class=_FACT,
        authority=Authority(permission="count.approve", device_types=_SITE_AND_HQ),
        post=rows.post_approved,
    ),
    Kind(
        name="count_approved_above",
        body=CountApprovedAbove,
        document_class=_FACT,
        authority=Authority(permission="count.approve", device_types=frozenset({"hq"})),
        post=rows.post_approved_above,
    ),
    Kind(
        name="count_posted",
        body=CountPosted,
        document_class=_FACT,
        authority=Authority(
            permission="count.post",
            device_types=_SITE_AND_HQ,
            outer_ends=(ADJUSTMENT, OPENING),
        ),
        post=rows.post_posted,
        review=answers.review_posted,
    ),
    Kind(
        name="count_corrected",
        body=CountCorrected,
        document_class=_FACT,
        authority=Authority(
            permission="count.correct",
            device_types=frozenset({"server"}),
            outer_ends=(ADJUSTMENT,),
        ),
        post=rows.post_corrected,
    ),
    Kind(
        name="photo_taken",
        body=PhotoTaken,
        document_class=_FACT,
        authority=Authority(permission="count.run", device_types=_SITE),
        post=rows.post_photo,
    ),
)

"""The supervisor's counts: from opening to the posted report, one step after the other."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from desktop.stocktake.usecases import (
    approve_count,
    ask_recount,
    drop_count,
    post_count,
    reveal_count,
)
from desktop.stocktake.usecases.photos import CountPhoto, take_photo
from desktop.stocktake.usecases.reviewing import (
    Board,
    CountLine,
    LastHeard,
    VarianceLine,
    read_board,
    read_counts,
)
from desktop.stocktake.usecases.supervising import keep_reasons, reasons_of
from desktop.store.asking import now_us
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.stocktake.queries.photos import photo_bytes
from shared.stocktake.rules import REASONS, ApproverLevel, CountScope, CountState


class Step(StrEnum):
    """What is to be done with a count next."""

    COUNT = "count"
    REVEAL = "reveal"
    RECOUNT = "recount"
    REASONS = "reasons"
    PHOTOS = "photos"
    SIGN = "sign"
    WAIT = "wait"
    """For head office's signature."""
    POST = "post"
    DONE = "done"


class SupervisorModel(Watched):
    """The counts of a site, and the one being looked at."""

    def __init__(self, desk: Desk, site_id: str, person_id: str, *, last_heard: LastHeard) -> None:
        super().__init__()
        self._desk = desk
        self._last_heard = last_heard
        self.site_id = site_id
        self.person_id = person_id
        self.counts: Sequence[CountLine] = ()
        self.board: Board | None = None
        self.reasons: dict[str, str] = {}
        self._wanted = ""
        """The count to be looked at, also while it is being read."""

    # looking

    async def load(self) -> None:
        """Read the counts, and the open one again."""
        self.counts = await self._desk.fetch(read_counts, self.site_id or None)
        if self._wanted:
            await self._read()
        self.changed()

    async def open(self, count_id: str) -> None:
        """Look at a count."""
        self._wanted = count_id
        await self._read()
        self.changed()

    def close(self) -> None:
        """Back to the list."""
        self._wanted, self.board = "", None
        self.changed()

    async def _read(self) -> None:
        count_id, at_us = self._wanted, now_us(self._desk.store)
        board = await self._desk.fetch(read_board, count_id, self.person_id, at_us)
        reasons = await self._desk.fetch(reasons_of, count_id)
        # Meanwhile the person may have gone back, or on to another count.
        if self._wanted == count_id:
            is_same = self.board is not None and self.board.head.id == count_id
            self.board, self.reasons = board, reasons | self.reasons if is_same else reasons

    # what stands

    @property
    def step(self) -> Step:
        """What is to be done with the count looked at."""
        board = self._the_board()
        if board.head.state is CountState.POSTED:
            return Step.DONE
        if board.head.state is CountState.COUNTING:
            return Step.COUNT if board.uncounted else Step.REVEAL
        if self.to_recount or any(one.is_asked for one in board.lines):
            return Step.RECOUNT
        if self.without_reason:
            return Step.REASONS
        if self.without_photo:
            return Step.PHOTOS
        return self.signing

    @property
    def signing(self) -> Step:
        """Who signs next, or that it is enough to post: whatever is still to be counted again."""
        board = self._the_board()
        if _rank(board.signed) >= _rank(board.needed):
            return Step.POST
        return Step.WAIT if self._site_signed() else Step.SIGN

    @property
    def to_recount(self) -> list[VarianceLine]:
        """Lines the rules want counted again, and nobody was asked to yet."""
        return [one for one in self._lines() if one.variance.needs_recount and not one.is_asked]

    @property
    def differing(self) -> list[VarianceLine]:
        """Lines that differ from the book."""
        return [one for one in self._lines() if one.variance.difference_micro]

    @property
    def without_reason(self) -> list[VarianceLine]:
        """Lines that differ and say not why; an opening needs no reasons."""
        board = self._the_board()
        if board.head.scope.value == "opening":
            return []
        return [one for one in self.differing if one.goods.product_id not in self.reasons]

    @property
    def without_photo(self) -> list[VarianceLine]:
        """Lines whose reason wants a photo that nobody took yet (H09)."""
        board = self._the_board()
        if board.head.scope.value == "opening":
            return []
        return [
            one
            for one in self.differing
            if self.reason_of(one) in board.photo_reasons and not self.photos_of(one)
        ]

    def photos_of(self, line: VarianceLine) -> list[CountPhoto]:
        """The photos taken of a line's goods."""
        photos = self.board.photos if self.board else ()
        return [one for one in photos if one.product_id == line.goods.product_id]

    def photo_of(self, photo: CountPhoto) -> bytes:
        """The photo itself, a JPEG."""
        return self._desk.read(photo_bytes, photo.id)

    def reason_of(self, line: VarianceLine) -> str:
        """The reason keyed for a line; '' when none is."""
        return self.reasons.get(line.goods.product_id, "")

    async def others_heard(self) -> list[tuple[str, int]]:
        """Other devices of the site and when they were heard last: wait for them, or go on."""
        return list(await self._desk.fetch(self._last_heard, self._the_board().head.site_id))

    # acting

    async def reveal(self) -> None:
        """Look at the differences; it is written down who did.

        Raises: RuleViolation ZONES_UNCOUNTED; AccessDenied REVEALER_COUNTED, NOT_PERMITTED.
        """
        await self._desk.do(reveal_count, self._the_board().head.id)
        await self.load()

    @property
    def may_be_dropped(self) -> bool:
        """Whether the count looked at may still be given up."""
        head = self.board.head if self.board else None
        is_counting = head is not None and head.state is CountState.COUNTING
        return is_counting and head is not None and head.scope is not CountScope.OPENING

    async def drop(self) -> None:
        """Give the count up: it moves nothing. Raises: what ``drop_count`` raises."""
        await self._desk.do(drop_count, self._the_board().head.id)
        self.close()
        await self.load()

    async def recount(self, person_id: str, lines: Sequence[VarianceLine] = ()) -> int:
        """Have lines counted again, those the rules want when none are named; how many.

        Raises: RuleViolation NOTHING_TO_RECOUNT; AccessDenied SAME_COUNTER.
        """
        board = self._the_board()
        every = tuple(zone.zone_id for zone in board.zones)
        wanted = [(zone, one.goods.product_id) for one in lines for zone in (one.zones or every)]
        asked = await self._desk.do(ask_recount, board.head.id, wanted, person_id=person_id)
        await self.load()
        return len(asked)

    async def give_reason(self, lines: Sequence[VarianceLine], number: int) -> None:
        """Say why lines differ; ``number`` is 1 to 9 (H09)."""
        changed: Mapping[str, str] = {
            one.goods.product_id: REASONS[number - 1]
            for one in lines
            if one.variance.difference_micro
        }
        # Known before it is on disk: the next key comes sooner than that, and adds to it.
        self.reasons = self.reasons | dict(changed)
        self.changed()
        await self._desk.do(keep_reasons, self._the_board().head.id, self.reasons)

    async def take_photo(self, line: VarianceLine, data: bytes, note: str = "") -> None:
        """Put a photo to a line. Raises: what ``take_photo`` of the use cases raises."""
        await self._desk.do(
            take_photo,
            self._the_board().head.id,
            data,
            zone_id=line.zones[0] if len(line.zones) == 1 else "",
            product_id=line.goods.product_id,
            note=note,
        )
        await self.load()

    def check_complete(self) -> None:
        """Nothing when every difference says why, with a photo where the policy wants one.

        Raises: RuleViolation REASONS_MISSING, PHOTO_MISSING.
        """
        if self.without_reason:
            raise RuleViolation("REASONS_MISSING", number=len(self.without_reason))
        if missing := self.without_photo:
            raise RuleViolation(
                "PHOTO_MISSING", number=len(missing), product_id=missing[0].goods.code
            )

    @property
    def needs_another_person(self) -> bool:
        """Whether somebody else of the site signs by PIN; alone, one signs oneself."""
        return self._the_board().approvers > 0

    async def sign(self, approver_id: str = "") -> None:
        """Sign the differences as they stand. Raises: what ``approve_count`` raises."""
        await self._desk.do(approve_count, self._the_board().head.id, approver_id=approver_id)
        await self.load()

    async def sign_above(self, line: CountLine) -> None:
        """Head office signs the value the site told it (H09)."""
        await self._desk.do(approve_count, line.head.id, value_minor=line.signed_minor)
        await self.load()

    async def post(self) -> None:
        """Make the count stock.

        Raises: RuleViolation REASONS_MISSING, PHOTO_MISSING, NOT_SETTLED, APPROVAL_MISSING…
        """
        self.check_complete()
        await self._desk.do(post_count, self._the_board().head.id, reasons=self.reasons)
        await self.load()

    def _the_board(self) -> Board:
        if self.board is None:
            raise RuleViolation("COUNT_UNKNOWN", count="-")
        return self.board

    def _lines(self) -> Sequence[VarianceLine]:
        return self.board.lines if self.board else ()

    def _site_signed(self) -> bool:
        board = self._the_board()
        return board.needed is ApproverLevel.HEAD_OFFICE and board.signed is ApproverLevel.SITE


def _rank(level: ApproverLevel) -> int:
    return list(ApproverLevel).index(level)

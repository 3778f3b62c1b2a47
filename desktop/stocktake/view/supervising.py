"""The supervisor's screen: the list of counts, and one count from its zones to its report."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.stocktake.model.photo_rules import PhotoRules
from desktop.stocktake.model.supervising import Step, SupervisorModel
from desktop.stocktake.usecases.photos import CountPhoto
from desktop.stocktake.usecases.reviewing import CountLine, LastHeard, VarianceLine
from desktop.stocktake.view.board import BoardPage
from desktop.stocktake.view.count_paper import print_zone_labels
from desktop.stocktake.view.new_count import NewCountPanel, forget_new_count, new_count_of
from desktop.stocktake.view.photo_rules import PhotoRulesPanel
from desktop.stocktake.view.photos import PhotosPanel, line_panel
from desktop.stocktake.view.recounting import RecountPanel
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.photo_panel import Snap
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_S, Tone
from desktop.ui.widgets import Empty
from desktop.words import formats
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.journal.document import Header
from shared.stocktake.rules import REASONS, CountState


class StocktakeScreen(Screen):
    """N begins a count, F9 reveals it, F8 has it counted again, F10 signs and posts it."""

    def __init__(self, frame: Frame, *, last_heard: LastHeard) -> None:
        super().__init__(frame)
        person = frame.person
        self.model = SupervisorModel(
            frame.desk, person.site_id, person.user_id, last_heard=last_heard
        )
        self._once = Once(frame.tasks)
        self.until_gone(self.model.watch(self._draw))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_list())
        self.board = BoardPage(frame, self.model)
        self._pages.addWidget(self.board)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_S)
        layout.addWidget(self._pages)
        tables = ("stock_count", "zone_sheet", "recount", "count_approval", "stock_move",
                  "count_photo")  # fmt: skip
        self.watch(self.refresh, *tables)

    def key_actions(self) -> tuple[Action, ...]:
        board = self.model.board
        if board is None:
            return self._list_actions()
        back = Action(text="stock.back", keys=("Escape",), run=self.model.close)
        photos = Action(
            text="review.photos",
            keys=("P",),
            run=self._photos,
            is_enabled=lambda: bool(board.photos),
        )
        if board.head.state is CountState.COUNTING:
            return (
                Action(
                    text="review.reveal", keys=("F9",), run=self._reveal, permission="count.reveal"
                ),
                Action(text="review.labels", keys=("L",), run=self._print_labels),
                *self._to_counting(),
                photos,
                Action(
                    text="review.drop",
                    keys=("Delete",),
                    run=self._drop,
                    permission="count.post",
                    is_enabled=lambda: self.model.may_be_dropped,
                ),
                back,
            )
        if board.head.state is CountState.POSTED:
            return (photos, back)
        reasons = tuple(
            Action(
                text=f"reason.{reason}",
                keys=(str(number),),
                run=partial(self._reason, number),
                in_line=False,
            )
            for number, reason in enumerate(REASONS, start=1)
        )
        return (
            Action(text="review.recount", keys=("F8",), run=self._recount),
            Action(text="review.reasons", keys=("F7",), run=self.board.show_reasons),
            *reasons,
            Action(text="review.add_photo", keys=("C",), run=self._add_photo),
            Action(text="review.line_photos", keys=("Space",), run=self._line_photos),
            photos,
            Action(text="review.submit", keys=("F10",), run=self._submit),
            back,
        )

    def _list_actions(self) -> tuple[Action, ...]:
        is_office = self.frame.person.device_type == "hq"
        look = Action(
            text="review.look",
            keys=("Return",),
            run=self._open_current,
            is_enabled=lambda: self.table.current is not None,
        )
        refresh = Action(text="stock.refresh", keys=("F5",), run=self.refresh)
        rules = Action(
            text="photo.rules",
            keys=("P",),
            run=self._change_photo_rules,
            permission="policy.publish" if is_office else "shop.settings",
        )
        if is_office:
            sign = Action(
                text="review.sign_above",
                keys=("A",),
                run=self._sign_above,
                permission="count.approve",
                is_enabled=lambda: self.table.current is not None and self.table.current.is_waiting,
            )
            return (sign, look, refresh, rules)
        begin = Action(text="review.new", keys=("N",), run=self._new, permission="count.open")
        return (begin, look, *self._to_counting(), refresh, rules)

    def _to_counting(self) -> tuple[Action, ...]:
        """Who opens a count and counts it is often the same: the other screen is a key away."""
        if "counting" not in self.frame.screens:
            return ()
        go = partial(self.frame.open, "counting", "")
        return (Action(text="review.to_counting", keys=("G",), run=go),)

    def _change_photo_rules(self) -> None:
        self.frame.tasks.start(self._photo_rules())

    async def _photo_rules(self) -> None:
        person = self.frame.person
        is_office = person.device_type == "hq"
        model = PhotoRules(self.frame.desk, person.site_id, is_office=is_office)
        if await self.frame.ask(PhotoRulesPanel(self.words, model)):
            await model.save()
            self.frame.say(self.words("photo.rules_kept", n=len(model.wanted)), Tone.GOOD)

    def shown(self, subject: str = "") -> None:
        self.frame.tasks.start(self._load(subject))

    def refresh(self) -> None:
        """Read again."""
        self.frame.tasks.start(self.model.load())

    async def _load(self, subject: str) -> None:
        await self.model.load()
        if subject:
            await self.model.open(subject)
        if self.model.board is None:
            self.table.view.setFocus()
        else:
            self.board.focus()

    def _make_list(self) -> QWidget:
        words, person = self.words, self.frame.person
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        self.table = Table(
            self.frame,
            "counts",
            [
                Column(key="number", title=words("counting.count"), width=164, kind=Kind.NUMBER,
                       get=lambda one: one.head.number),
                Column(key="scope", title=words("review.scope"), width=120,
                       get=lambda one: words(f"count_scope.{one.head.scope.value}")),
                Column(key="mode", title=words("counting.kind"), width=80,
                       get=lambda one: words(f"count_mode.{one.head.mode.value}")),
                Column(key="state", title=words("counting.state"), width=120, get=self._state,
                       tone=self._state_tone),
                Column(key="zones", title=words("review.zones"), width=90, is_number=True,
                       get=lambda one: f"{one.zones_counted}/{one.zones}" if one.zones else "",
                       is_shown=bool(person.site_id)),
                Column(key="site", title=words("stock.site"), width=132,
                       get=lambda one: one.site_name, is_shown=not person.site_id),
                Column(key="opener", title=words("review.opener"), stretches=True,
                       get=lambda one: one.opener),
                Column(key="at", title=words("review.opened"), width=140, kind=Kind.INSTANT,
                       zone=person.zone, get=lambda one: one.head.opened_at_us),
                Column(key="value", title=words("review.value", currency=person.currency),
                       width=130, kind=Kind.MONEY, currency=person.currency,
                       get=lambda one: one.head.value_minor or one.signed_minor or None),
            ],
            empty=Empty(
                "clipboard-list", words("review.none"),
                words("review.none_hint" if self._may_begin() else "review.none_above"),
                action=words("review.new") if self._may_begin() else "",
                pressed=self._new if self._may_begin() else None,
            ),
        )  # fmt: skip
        since = 640 if person.site_id else 800
        GivingWay(self.table, {"mode": 960, "zones": 870, "scope": 780, "at": since})
        self.table.activated.connect(self._open)
        layout.addWidget(self.table)
        return page

    def _may_begin(self) -> bool:
        person = self.frame.person
        return bool(person.site_id) and person.may("count.open")

    def _state(self, one: CountLine) -> str:
        if one.is_waiting:
            return self.words("review.waiting")
        if one.head.is_dropped:
            return self.words("review.is_dropped")
        return self.words(f"count_state.{one.head.state.value}")

    def _state_tone(self, one: CountLine) -> Tone | None:
        if one.is_waiting:
            return Tone.WAITING
        if one.head.is_dropped:
            return None
        return {CountState.POSTED: Tone.GOOD, CountState.REVEALED: Tone.ACCENT}.get(one.head.state)

    def _draw(self) -> None:
        if self.model.board is None:
            self.table.set_rows(list(self.model.counts))
            self._pages.setCurrentIndex(0)
        else:
            self.board.draw()
            self._pages.setCurrentIndex(1)
        self.keys_changed()

    # what keys do

    def _open_current(self) -> None:
        if self.table.current is not None:
            self._open(self.table.current)

    def _open(self, one: CountLine) -> None:
        self.frame.tasks.start(self._load(one.head.id))

    def _new(self) -> None:
        self._once.start(self._ask_new)

    async def _ask_new(self) -> None:
        model = new_count_of(self.frame)
        header = await self.frame.ask(NewCountPanel(self.frame, model))
        if isinstance(header, Header):
            forget_new_count(self.frame)
            self.frame.say(self.words("review.begun", number=header.number), Tone.GOOD)
            await self._load(uid_text(header.uid))

    def _sign_above(self) -> None:
        one = self.table.current
        if one is not None and one.is_waiting:
            self._once.start(lambda: self._ask_sign_above(one))

    async def _ask_sign_above(self, one: CountLine) -> None:
        value = formats.signed_money(one.signed_minor, one.head.currency)
        title = self.words("review.sign_above")
        text = self.words("review.sign_above_ask", number=one.head.number, value=value)
        if await self.frame.ask(Question(self.words, title, [(text, Tone.PLAIN)])):
            await self.model.sign_above(one)

    def _print_labels(self) -> None:
        if self.model.board is not None:
            print_zone_labels(self.frame, self.model.board)

    def _reveal(self) -> None:
        self._once.start(self._ask_reveal)

    async def _ask_reveal(self) -> None:
        others = await self.model.others_heard()
        zone = self.frame.person.zone
        said = [(self.words("review.reveal_ask"), Tone.PLAIN)]
        for device, at_us in others:
            at = formats.instant(at_us, zone) or self.words("review.never")
            said.append((self.words("review.heard", device=device, at=at), Tone.WAITING))
        title = self.words("review.reveal")
        if await self.frame.ask(Question(self.words, title, said)):
            await self.model.reveal()
            self.board.lines.view.setFocus()

    def _drop(self) -> None:
        self._once.start(self._ask_drop)

    async def _ask_drop(self) -> None:
        board = self.model.board
        if board is None:
            return
        sealed = sum(1 for zone in board.zones if zone.sealed_at_us)
        said = [(self.words("review.drop_ask", number=board.head.number), Tone.PLAIN)]
        if sealed:
            said.append((self.words("review.drop_sealed", n=sealed), Tone.WAITING))
        question = Question(self.words, self.words("review.drop"), said, go_on="review.drop")
        if await self.frame.ask(question):
            await self.model.drop()
            told = self.words("review.dropped", number=board.head.number)
            self.frame.say(told, Tone.GOOD)
            self.table.view.setFocus()

    def _reason(self, number: int) -> None:
        lines = self.board.lines.selected or [self.board.lines.current]
        chosen = [one for one in lines if one is not None]
        at = self.board.lines.view.currentIndex().row()
        self.frame.tasks.start(self.model.give_reason(chosen, number))
        # On to the next line at once: the next key is of that one.
        if len(chosen) == 1 and at + 1 < len(self.board.lines.rows.shown):
            self.board.lines.go_to(at + 1)

    def _photos(self) -> None:
        board = self.model.board
        if board is not None and board.photos:
            self._look_at(board.photos)

    def _line_photos(self) -> None:
        line = self.board.lines.current
        if line is not None and (photos := self.model.photos_of(line)):
            self._look_at(photos)

    def _look_at(self, photos: Sequence[CountPhoto]) -> None:
        async def look() -> None:
            await self.frame.ask(PhotosPanel(self.frame, self.model, photos))

        self.frame.tasks.start(look())

    def _add_photo(self) -> None:
        line = self.board.lines.current
        if line is not None:
            self._once.start(lambda: self._take_photo(line))

    async def _take_photo(self, line: VarianceLine) -> None:
        snap = await self.frame.ask(line_panel(self.frame, line))
        if isinstance(snap, Snap):
            await self.model.take_photo(line, snap.data, snap.note)
            self.frame.say(self.words("photo.kept"), Tone.GOOD)

    def _recount(self) -> None:
        self._once.start(self._ask_recount)

    async def _ask_recount(self) -> None:
        chosen = self.board.lines.selected
        lines = chosen if len(chosen) > 1 else []
        n = len(lines or self.model.to_recount)
        if not n:
            raise RuleViolation("NOTHING_TO_RECOUNT")
        person = await self.frame.ask(RecountPanel(self.frame, self.model, n))
        if person is not None:
            await self.model.recount(person, lines)
            self.frame.say(self.words("review.recount_sent", n=n), Tone.GOOD)

    def _submit(self) -> None:
        self._once.start(self._sign_and_post)

    async def _sign_and_post(self) -> None:
        """Sign as far as this site may, then post when it is enough (H09)."""
        model = self.model
        incomplete = model.without_reason or model.without_photo
        if incomplete:
            self.board.go_to(incomplete[0])
        model.check_complete()
        if not await self._goes_on_without_recount():
            return
        if model.signing is Step.SIGN and not await self._sign():
            return
        if model.signing is Step.WAIT:
            self.frame.say(self.words("review.waits_above"), Tone.WAITING)
            return
        await model.post()
        self.frame.say(self.words("review.posted"), Tone.GOOD)

    async def _goes_on_without_recount(self) -> bool:
        n = len(self.model.to_recount)
        if not n:
            return True
        text = self.words("review.recount_open", n=n)
        title = self.words("review.submit")
        return bool(await self.frame.ask(Question(self.words, title, [(text, Tone.WAITING)])))

    async def _sign(self) -> bool:
        approver = ""
        if self.model.needs_another_person:
            approval = await self.frame.approve("count.approve")
            if approval is None:
                return False
            approver = str(approval)
        await self.model.sign(approver)
        return True

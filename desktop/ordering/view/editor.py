"""The order editor: goods in by scan, name or paste, suggestions beside, one key to submit."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QVBoxLayout

from desktop.ordering.model.editor import OrderEditor
from desktop.ordering.model.rows import BlockRow, Row
from desktop.ordering.view.check_panel import CheckPanel
from desktop.ordering.view.editor_columns import columns_of
from desktop.ordering.view.editor_head import GIVE_WAY, TYPE_TONES, banner_of, credit_text
from desktop.ordering.view.panels import CoverPanel, LinePanel
from desktop.ordering.view.promotions import PromotionsPanel
from desktop.ordering.view.reasons import price_sheet, problems_sheet, suggestion_sheet
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.goods_entry import GoodsEntry
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.soon import Soon
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import (
    Banner,
    Empty,
    column,
    figure,
    label,
    pill,
    row,
    set_figure,
    set_tone,
)
from desktop.words import formats
from shared.core.errors import QutongError, RuleViolation

ACCOUNT_SETTING = "order.account"
_Done = TypeVar("_Done")


class OrderEditorScreen(Screen):
    """One cart at a time; Ctrl+O goes to that of the next sales organisation."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._once = Once(frame.tasks)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.model = OrderEditor(frame.desk, frame.person.site_id, frame.person.zone)
        self._wanted = ""
        self._has_terms: bool | None = None
        self._build()
        self.until_gone(self.model.watch(Soon(self._show, self).ask))
        self.watch(
            self.model.refresh,
            "price_version",
            "shipment",
            "order_decision",
            "promotion_policy",
            "policy_use",
            "rebate_lot",
        )
        self.model.start(frame.settings.get(ACCOUNT_SETTING))
        if self.model.cart.shows_suggestions:
            self._suggest()

    def _build(self) -> None:
        words = self.words
        self.org = pill("", Tone.ACCENT)
        self.kind = pill("")
        self.account = label("", "strong")
        self.lines_of_head = label("", "small")
        self.credit = label("", "small")
        self.total = figure(words("reorder.total"), "0.00")
        head = row(
            column(
                row(self.org, self.kind, self.account, None),
                self.lines_of_head,
                self.credit,
                spacing=2,
            ),
            None,
            self.total,
        )
        self.banner = Banner()
        self.entry = GoodsEntry(
            (words("reorder.find"), words("reorder.qty")),
            words("reorder.add"),
            self.model.find,
            self._take,
        )
        self.entry.finder.pasted.connect(self._paste)
        self.table = Table(
            self.frame,
            "reorder",
            columns_of(words, self.model, self.frame.person.currency),
            empty=Empty(
                "shopping-cart",
                words("reorder.empty"),
                words("reorder.empty_hint"),
                action=words("reorder.suggest"),
                pressed=self._suggest,
            ),
            can_filter=False,
            is_counted=lambda one: not (isinstance(one, BlockRow) and one.is_heading),
        )
        GivingWay(self.table, GIVE_WAY)
        self.table.pasted.connect(self._paste)
        self.table.activated.connect(self._line_panel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        for part in (head, self.banner, self.entry, self.table):
            layout.addWidget(part, int(part is self.table))

    def _show(self) -> None:
        model, words = self.model, self.words
        self.org.setText(model.org_name)
        self.kind.setText(words(f"orders.type.{model.order_type.value}"))
        set_tone(self.kind, TYPE_TONES[model.order_type], name="pill")
        self.account.setText(model.account.name if model.account else words("reorder.nobody"))
        self._show_head()
        set_figure(self.total, formats.money(model.total_minor, model.currency))
        self.credit.setText(credit_text(words, model))
        self.banner.say(*banner_of(words, model))
        has_rows = bool(self.table.rows.all)
        was, wanted = self.table.current, self._wanted
        self._wanted = ""
        self.table.set_rows(model.shown)
        place = self.table.rows.place_of(lambda one: one.product_id == wanted)
        if place >= 0:
            self.table.go_to(place, self._place_of("order"))
        self._hide_column("was", is_hidden=not model.cart.follows)
        if self._has_terms != (model.terms is not None):
            self._has_terms = model.terms is not None
            for key in ("left", "hint"):
                self._hide_column(key, is_hidden=not self._has_terms)
        if model.rows and (not has_rows or was is None):
            self.table.go_to(max(place, self._first_line(), 0), self._place_of("order"))
            if not self.entry.has_focus:
                self.table.view.setFocus()

    def _show_head(self) -> None:
        cart, words = self.model.cart, self.words
        parts = [words("reorder.lines", n=len(cart.lines))]
        if cart.requested_date:
            parts.append(words("reorder.wanted_on", day=cart.requested_date))
        if cart.note:
            parts.append(cart.note[:40])
        self.lines_of_head.setText("  ·  ".join(parts))

    def _hide_column(self, key: str, *, is_hidden: bool) -> None:
        place = self._place_of(key)
        if self.table.view.isColumnHidden(place) != is_hidden:
            self.table.view.setColumnHidden(place, is_hidden)
            if not is_hidden and key == "was":
                self.table.view.setColumnWidth(place, 100)

    def _place_of(self, key: str) -> int:
        return next(i for i, one in enumerate(self.table.rows.columns) if one.key == key)

    # what a person does

    def key_actions(self) -> tuple[Action, ...]:
        has_line = self._has_line
        return (
            Action(text="reorder.key_find", keys=("F2",), run=self.entry.start),
            Action(text="reorder.suggest", keys=("B",), run=self._suggest),
            Action(text="reorder.take_all", keys=("Ctrl+Return",), run=self._take_all),
            Action(text="offer.title", keys=("P",), run=self._asks(self._ask_promotions)),
            Action(
                text="reorder.reopen",
                keys=("F5",),
                run=self._reopen,
                is_enabled=lambda: self.model.cart.is_promoted,
            ),
            Action(text="reorder.check", keys=("F9",), run=self._asks(self._ask_check)),
            Action(
                text="reorder.submit", keys=("F10",), run=self._submit, permission="order.submit"
            ),
            Action(text="reorder.repeat", keys=("Ctrl+R",), run=self._repeat),
            Action(
                text="reorder.switch",
                keys=("Ctrl+O",),
                run=self._switch,
                is_enabled=lambda: len(self.model.accounts) > 1,
            ),
            Action(text="reorder.why", keys=("F7",), run=self._why, is_enabled=has_line),
            Action(
                text="reorder.why_suggested",
                keys=("Alt+W",),
                run=self._why_suggested,
                is_enabled=has_line,
                in_line=False,
            ),
            Action(
                text="reorder.line",
                keys=("F6",),
                run=lambda: self._line_panel(self.table.current),
                is_enabled=has_line,
                in_line=False,
            ),
            Action(text="reorder.undo", keys=("Ctrl+Z",), run=self._undo, in_line=False),
            Action(
                text="reorder.remove",
                keys=("Delete",),
                run=self._remove,
                is_enabled=has_line,
                in_line=False,
            ),
            Action(text="reorder.problems_show", keys=("F8",), run=self._problems, in_line=False),
            Action(
                text="reorder.cover", keys=("F4",), run=self._asks(self._ask_cover), in_line=False
            ),
            Action(
                text="reorder.clear",
                keys=("Ctrl+Delete",),
                run=self.model.clear,
                is_enabled=lambda: bool(self.model.cart.lines),
                in_line=False,
            ),
        )

    def shown(self, subject: str = "") -> None:
        """``rework:<order id>`` opens a copy, ``product:<id>`` adds one, ``suggest`` suggests."""
        kind, _, what = subject.partition(":")
        if kind == "rework":
            self.model.rework(what)
        elif kind == "product":
            self._guarded_add(what)
        elif kind == "suggest":
            self._suggest()
        elif self.model.rows:
            self.model.refresh()
        (self.table.view if self.model.rows else self).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """An empty cart has neither field nor row in focus, and says that rows can be pasted."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.table.paste()
        else:
            super().keyPressEvent(event)

    def scanned(self, code: str) -> bool:
        self._guarded_add(code)
        return True

    def _guarded_add(self, code: str) -> None:
        try:
            product_id = self.model.add_code(code)
        except QutongError as error:
            self.frame.tell(error)
            return
        self._wanted = product_id
        found = next(one for one in self.model.rows if one.product_id == product_id)
        self.frame.say(self.words("reorder.added", name=found.name, qty=found.qty_text), Tone.PLAIN)

    def _take(self, code: str, quantity: str) -> bool:
        try:
            self._wanted = self.model.add_code(code, quantity)
        except QutongError as error:
            self.frame.tell(error)
            return False
        return True

    def _has_line(self) -> bool:
        return self.table.current is not None

    def _suggest(self) -> None:
        self.frame.tasks.start(self._suggest_now())

    async def _suggest_now(self) -> None:
        found = await self.model.suggest()
        tone, key = (Tone.GOOD, "suggested") if found else (Tone.PLAIN, "nothing_suggested")
        self.frame.say(self.words(f"reorder.{key}", n=found), tone)

    def _take_all(self) -> None:
        taken = self._told(self.model.take_all)
        if taken is None:
            return
        self.frame.say(self.words("reorder.taken", n=taken), Tone.GOOD)

    def _repeat(self) -> None:
        taken = self._told(self.model.repeat_last)
        if taken is None:
            return
        tone, key = (Tone.GOOD, "repeated") if taken else (Tone.WAITING, "nothing_to_repeat")
        self.frame.say(self.words(f"reorder.{key}", n=taken), tone)

    def _switch(self) -> None:
        self.model.switch()
        held = self.model.account
        self.frame.settings.put(ACCOUNT_SETTING, held.account_id if held else "")
        self.frame.say(self.words("reorder.switched", org=self.model.org_name), Tone.PLAIN)
        if self.model.cart.shows_suggestions:
            self._suggest()

    def _undo(self) -> None:
        if not self.model.undo():
            self.frame.say(self.words("reorder.nothing_to_undo"), Tone.PLAIN)

    def _remove(self) -> None:
        found = self.table.current
        if isinstance(found, Row):
            self._told(lambda: self.model.remove(found.product_id))

    def _told(self, act: Callable[[], _Done]) -> _Done | None:
        """Do it, or say why not: quantities may be locked by a promotion (D14)."""
        try:
            return act()
        except QutongError as error:
            self.frame.tell(error)
            return None

    def _paste(self, cells: list[list[str]]) -> None:
        try:
            done = self.model.paste(cells)
        except QutongError as error:
            self.frame.tell(error)
            return
        told = self.words("reorder.pasted", n=done.taken, bad=len(done.problems))
        self.frame.say(told, Tone.WAITING if done.problems else Tone.GOOD)
        if done.problems:
            self._problems()

    def _problems(self) -> None:
        if self.model.problems:
            found = problems_sheet(self.words, self.model.problems)
            self.frame.show_sheet(found, self.words("reorder.problems_title"))

    def _why(self) -> None:
        found = self.table.current
        if isinstance(found, Row):
            self.frame.show_sheet(price_sheet(self.frame, found), self.words("reorder.why_title"))

    def _why_suggested(self) -> None:
        found = self.table.current
        if isinstance(found, Row):
            title = self.words("reorder.why_suggested_title")
            self.frame.show_sheet(suggestion_sheet(self.words, found), title)

    def _line_panel(self, found: object) -> None:
        if self.model.cart.is_promoted and found is not None:
            self.frame.tell(RuleViolation("LOCKED_BY_PROMO"))
        elif isinstance(found, Row):
            self.frame.tasks.start(self._ask_line(found))

    async def _ask_line(self, found: Row) -> None:
        await self.frame.ask(LinePanel(self.frame, self.model, found))

    async def _ask_cover(self) -> None:
        wish = await self.frame.ask(CoverPanel(self.frame, self.model.wish))
        if wish is not None:
            self.model.set_wish(wish)
            if self.model.cart.shows_suggestions:
                await self._suggest_now()

    def _asks(self, ask: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
        def start() -> None:
            self.frame.tasks.start(ask())

        return start

    async def _ask_promotions(self) -> None:
        self.model.refresh()
        if await self.frame.ask(PromotionsPanel(self.frame, self.model)):
            self.frame.say(self.words("offer.taken"), Tone.GOOD)
            self._to_first_line()
            self.table.view.setFocus()

    def _to_first_line(self) -> None:
        self.table.go_to(max(self._first_line(), 0), self._place_of("order"))

    def _first_line(self) -> int:
        return self.table.rows.place_of(lambda one: isinstance(one, Row))

    def _reopen(self) -> None:
        if self.model.reopen():
            self.frame.say(self.words("reorder.reopened"), Tone.PLAIN)

    async def _ask_check(self) -> None:
        if await self.frame.ask(CheckPanel(self.frame, self.model)):
            await self._submit_now()

    def _submit(self) -> None:
        """Send it; where a rebate or deposit may pay some of it, the check list asks first."""
        asks = self.model.cart.lines and self.model.asks_tenders
        self._once.start(self._ask_check if asks else self._submit_now)

    async def _submit_now(self) -> None:
        if not self.model.cart.lines:
            raise RuleViolation("NO_LINES")
        done = await self.model.submit()
        self.frame.show_sheet(None, "")
        amount = formats.signed_money(done.total_minor, done.currency)
        self.frame.say(
            self.words("reorder.submitted", number=done.number, amount=amount), Tone.GOOD
        )
        self.setFocus()

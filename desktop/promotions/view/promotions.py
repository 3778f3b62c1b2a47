"""Promotion policies: the list with what each gives and whom, and the form of the one written."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.promotions.model.draft import PolicyDraft
from desktop.promotions.model.policies import PoliciesModel, State
from desktop.promotions.view.form import PolicyForm, said_of
from desktop.promotions.view.history import history_sheet, why_of
from desktop.promotions.view.panels import KindPanel
from desktop.promotions.view.policy_columns import policy_columns
from desktop.ui.actions import Action
from desktop.ui.editors import Choice, DayField
from desktop.ui.frame import Frame
from desktop.ui.question import TextQuestion
from desktop.ui.screen import Screen
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, Card, Empty, label, row
from desktop.words import formats
from shared.core.errors import RuleViolation
from shared.promotions.queries import PolicyView


class PromotionsScreen(Screen):
    """At head office policies are written here; everywhere else it shows what holds."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        person = frame.person
        can_write = person.device_type == "hq" and person.may("promotion.publish")
        self.model = PoliciesModel(
            frame.desk, can_write=can_write, zone=person.zone, currency=person.currency
        )
        words = self.words
        self.org = Choice(words("promo.org"), self.model.orgs, value=self.model.org_id)
        self.org.picked.connect(self._choose_org)
        self.banner = Banner()
        suffix = "" if can_write else "_here"
        self.table = Table(
            frame,
            "promotions" + suffix,
            policy_columns(words, self.model, person.zone),
            empty=Empty("gift", words(f"promo.empty{suffix}"), words(f"promo.empty{suffix}_hint")),
        )
        narrow = dict.fromkeys(("where", "until"), 860)
        office = dict.fromkeys(("documents", "saving"), 860)
        GivingWay(self.table, narrow | office if can_write else narrow)
        self.table.chosen.connect(lambda _one: self._show_chosen())
        self.table.activated.connect(lambda _one: self._change() if can_write else None)
        self.reading = label("")
        self.reading.setWordWrap(True)
        self.reading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why = label("", tone=Tone.BAD)
        self.why.setWordWrap(True)
        self.form: PolicyForm | None = None
        self._stop_watching: Callable[[], None] | None = None
        self._build()
        self.until_gone(self.model.watch(self._show))
        self.until_gone(self._forget_draft)
        self.watch(self.model.refresh, "promotion_policy", "policy_use")
        self._show()

    def _build(self) -> None:
        words = self.words
        reading = self.card = Card(label(words("promo.reads"), "small"), self.reading, self.why)
        reading.inside.addStretch(1)
        listing = QWidget()
        down = QVBoxLayout(listing)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(SPACE_M)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(reading)
        split.setStretchFactor(0, 1)
        split.setHandleWidth(SPACE_M)
        down.addWidget(split, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(listing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        self.head = row(label(words("promo.org"), "muted"), self.org, None)
        layout.addWidget(self.head)
        self.head.setVisible(len(self.model.orgs) > 1)
        layout.addWidget(self.banner)
        layout.addWidget(self.pages, 1)

    def shown(self, subject: str = "") -> None:
        self.model.refresh()
        self.frame.tasks.start(self.model.load_uses(self.frame.detail))
        if not self.is_drafting:
            self.table.view.setFocus()

    def scanned(self, code: str) -> bool:
        return self.is_drafting and self.form is not None and self.form.scanned(code)

    @property
    def is_drafting(self) -> bool:
        """Whether the form is in front."""
        return self.form is not None and self.pages.currentWidget() is self.form

    def key_actions(self) -> tuple[Action, ...]:
        if self.is_drafting:
            return self._form_actions()
        found = [Action(text="promo.all", keys=("F5",), run=self.model.toggle_holding)]
        if len(self.model.orgs) > 1:
            found.append(Action(text="promo.next_org", keys=("Ctrl+O",), run=self._next_org))
        found.append(
            Action(text="promo.history", keys=("H",), run=self._history, is_enabled=self._has_one)
        )
        if not self.model.can_write:
            return tuple(found)
        return (
            Action(text="promo.new", keys=("N",), run=self._new),
            Action(text="promo.change", keys=("E",), run=self._change, is_enabled=self._is_sealed),
            Action(text="promo.copy", keys=("C",), run=self._copy, is_enabled=self._has_one),
            Action(text="promo.end", keys=("X",), run=self._end, is_enabled=self._can_end),
            Action(
                text="promo.go_on",
                keys=("F8",),
                run=self._go_on,
                is_enabled=lambda: self.model.draft is not None,
            ),
            *found,
        )

    def _form_actions(self) -> tuple[Action, ...]:
        form = self.form
        assert form is not None
        found = [
            Action(text="promo.submit", keys=("F10",), run=self._submit),
            Action(text="promo.to_goods", keys=("F6",), run=form.to_goods),
            Action(text="promo.to_trial", keys=("F7",), run=form.trial.entry.start),
            Action(text="promo.remove", keys=("Ctrl+Delete",), run=form.remove),
            Action(text="promo.try_clear", keys=("Ctrl+K",), run=self._clear_trial, in_line=False),
            Action(text="promo.discard", keys=("Ctrl+Shift+D",), run=self._discard, in_line=False),
            Action(text="promo.to_list", keys=("F8",), run=self._to_list),
        ]
        if form.draft.template == "bundle":
            found.insert(4, Action(text="promo.join", keys=("Ctrl+J",), run=form.join))
        return tuple(found)

    # the list

    def _show(self) -> None:
        self.table.set_rows(self.model.rows)
        self._show_chosen()
        draft = self.model.draft
        if draft is None and self.form is not None:
            self._close_form()
        if draft is not None and not self.is_drafting:
            self.banner.say(self.words("promo.draft_open", name=draft.policy.name or "…"))
        else:
            self.banner.say("")
        if self.form is not None:
            self.form.trial.show_trial()

    def _show_chosen(self) -> None:
        one = self.table.current
        self.keys_changed()
        self.card.setVisible(one is not None)
        if one is None:
            self.reading.setText("")
            self.why.setText("")
            return
        zone = self.frame.person.zone
        dates = (
            formats.instant(one.policy.from_us, zone),
            formats.instant(one.policy.until_us, zone),
        )
        self.reading.setText(self.model.read_aloud(one, self.words.language.value, dates))
        self.why.setText(why_of(self.frame, one))
        self.why.setVisible(bool(self.why.text()))

    # what can be done

    def _has_one(self) -> bool:
        return self.table.current is not None

    def _is_sealed(self) -> bool:
        return self._has_one() and self.table.current.number > 0

    def _can_end(self) -> bool:
        live = (State.IN_FORCE, State.TO_COME)
        return self._has_one() and self.model.state(self.table.current) in live

    def _choose_org(self, org_id: str) -> None:
        self.model.choose_org(org_id)
        self.frame.tasks.start(self.model.load_uses(self.frame.detail))

    def _next_org(self) -> None:
        self.model.next_org()
        self.org.set_value(self.model.org_id)

    def _new(self) -> None:
        self.frame.tasks.start(self._ask_new())

    async def _ask_new(self) -> None:
        template = await self.frame.ask(KindPanel(self.frame))
        if template is not None:
            self.open_form(self.model.begin(template))

    def _change(self) -> None:
        if self._is_sealed():
            self.open_form(self.model.change(self.table.current))

    def _copy(self) -> None:
        if self._has_one():
            self.open_form(self.model.copy(self.table.current))

    def _go_on(self) -> None:
        if self.model.draft is not None:
            self.open_form(self.model.draft)

    def _history(self) -> None:
        if self._has_one():
            self.frame.tasks.start(self._load_history(self.table.current))

    async def _load_history(self, one: PolicyView) -> None:
        found = await self.model.history(one.policy_id)
        area = history_sheet(self.frame, self.model, found)
        self.frame.show_sheet(area, f"{one.policy.name} · {self.words('promo.history')}")

    # the form

    def open_form(self, draft: PolicyDraft) -> None:
        """Bring the form of a draft to the front."""
        self._close_form()
        self.form = PolicyForm(self.frame, self.model, draft)
        self._stop_watching = draft.watch(self._draft_changed)
        self.pages.addWidget(self.form)
        self.pages.setCurrentWidget(self.form)
        self.head.setVisible(False)
        self.model.run_trial()
        self.form.name.setFocus()
        self.keys_changed()

    def _draft_changed(self) -> None:
        if self.form is not None:
            self.form.show_draft()
            self.model.run_trial()

    def _forget_draft(self) -> None:
        if self._stop_watching is not None:
            self._stop_watching()
            self._stop_watching = None

    def _close_form(self) -> None:
        self._forget_draft()
        if self.form is not None:
            form, self.form = self.form, None
            self.pages.setCurrentIndex(0)
            self.pages.removeWidget(form)
            form.hide()
            form.deleteLater()
            self.head.setVisible(len(self.model.orgs) > 1)

    def _to_list(self) -> None:
        self._close_form()
        self._show()
        self.table.view.setFocus()
        self.keys_changed()

    def _discard(self) -> None:
        self.model.discard()
        self._to_list()

    def _clear_trial(self) -> None:
        if self.model.draft is not None:
            self.model.draft.clear_trial()
            self.model.run_trial()

    # publishing

    def _submit(self) -> None:
        self.frame.tasks.start(self._ask_submit())

    async def _ask_submit(self) -> None:
        draft, words = self.model.draft, self.words
        if draft is None:
            return
        for field in self.findChildren(DayField):
            if field.isVisible():
                field.checked()
        half = self.form.half_typed() if self.form is not None else None
        if half is not None:
            half.field.setFocus()
            text = half.field.text().strip()[:40]
            self.frame.say(words("promo.half_typed", text=text), Tone.WAITING)
            return
        problem = draft.problem
        if problem is not None:
            self.frame.say(said_of(self.frame, problem), Tone.WAITING)
            return
        question = TextQuestion(
            words, words("promo.why"), words("promo.why_hint"), text=draft.reason
        )
        reason = await self.frame.ask(question)
        if reason is None:
            return
        draft.set_reason(reason.strip())
        read = self.form.sentence() if self.form is not None else ""
        what = words("promo.to_approve", name=draft.policy.name, read=read)
        why = words("approve.what", what=what, why=reason.strip())
        approver: Any = await self.frame.approve("promotion.approve", why)
        if approver is None:
            return
        await self.model.submit(approver)
        self._to_list()
        self.frame.say(words("promo.submitted"), Tone.GOOD)
        self.frame.sync()

    def _end(self) -> None:
        if self._can_end():
            self.frame.tasks.start(self._ask_end(self.table.current))

    async def _ask_end(self, one: PolicyView) -> None:
        words = self.words
        question = TextQuestion(
            words, words("promo.end_title", name=one.policy.name), words("promo.end_hint")
        )
        reason = await self.frame.ask(question)
        if reason is None:
            return
        if not reason.strip():
            raise RuleViolation("REASON_MISSING")
        what = words("promo.end_title", name=one.policy.name)
        why = words("approve.what", what=what, why=reason.strip())
        approver: Any = await self.frame.approve("promotion.approve", why)
        if approver is None:
            return
        await self.model.end(one, approver, reason.strip())
        self.frame.say(words("promo.ended"), Tone.GOOD)
        self.frame.sync()

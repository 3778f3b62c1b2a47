"""Coupons and points at head office: the rule, the batches, their codes and their use."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.export import workbook
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Card, Empty, button, column, figure, label, line, pill, row
from desktop.vouchers.model.offers import Offers
from desktop.vouchers.usecases.offering import APPROVES, Batch, Code
from desktop.vouchers.view.panels import BatchPanel, RulePanel, Wanted
from desktop.words import formats
from shared.core.clock import business_day
from shared.vouchers.queries.coupons import BatchView, UseView
from shared.vouchers.queries.points import RuleView
from shared.vouchers.rules import OfferState, spoken_code

TONES = {
    OfferState.ASKED: Tone.WAITING,
    OfferState.IN_FORCE: Tone.GOOD,
    OfferState.REFUSED: Tone.BAD,
}
USES_MOST = 60


class OffersScreen(Screen):
    """The rule of points above, the batches of coupons below."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words, person = self.words, frame.person
        self.model = Offers(frame.desk, person.currency)
        self._rule, self._next = label("", "strong"), label("", "muted")
        change = button(words("offers.change_rule"), self._publish)
        inside = row(column(self._rule, self._next, spacing=2), None, change)
        self.table = Table(
            frame,
            "offers",
            self._columns(),
            empty=Empty("tags", words("offers.none"), words("offers.none_hint")),
            title=words("offers.batches"),
        )
        GivingWay(self.table, {"least": 800, "policy": 800, "twice": 800})
        self.table.activated.connect(lambda _one: self._show())
        self.table.chosen.connect(lambda _one: self.keys_changed())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(Card(label(words("offers.rule"), "muted"), inside))
        layout.addWidget(self.table, 1)
        self.until_gone(self.model.watch(self.draw))
        self.watch(self.refresh, "points_rule", "coupon_batch", "coupon_use", "coupon", "draft")

    def _columns(self) -> list[Column]:
        words, person = self.words, self.frame.person
        return [
            Column(key="name", title=words("offers.name"), get=lambda one: one.name,
                   stretches=True, width=160),
            Column(key="value", title=words("offers.value"), get=lambda one: one.value_minor,
                   kind=Kind.MONEY, currency=person.currency, width=90),
            Column(key="least", title=words("offers.least"), get=lambda one: one.least_minor,
                   kind=Kind.MONEY, currency=person.currency, width=110),
            Column(key="until", title=words("offers.until"),
                   get=lambda one: business_day(one.until_us - 1, person.zone), width=100),
            Column(key="policy", title=words("offers.policy_short"),
                   get=lambda one: words(f"offers.{one.policy}_short"), width=80),
            Column(key="coupons", title=words("offers.issued"), get=lambda one: one.coupons,
                   kind=Kind.COUNT, width=70),
            Column(key="used", title=words("offers.used"), get=lambda one: one.used,
                   kind=Kind.COUNT, width=70),
            Column(key="twice", title=words("offers.twice"), get=lambda one: one.twice,
                   kind=Kind.COUNT, width=90,
                   tone=lambda one: Tone.BAD if one.twice else None),
            Column(key="state", title=words("offers.state"), get=self._state, width=150,
                   tone=self._tone),
        ]  # fmt: skip

    def _state(self, one: BatchView) -> str:
        if one.batch_id in self.model.with_codes and one.state == OfferState.IN_FORCE:
            return self.words("offers.codes_wait")
        return self.words(f"offers.{one.state}")

    def _tone(self, one: BatchView) -> Tone | None:
        if one.batch_id in self.model.with_codes and one.state == OfferState.IN_FORCE:
            return Tone.WAITING
        return TONES[OfferState(one.state)]

    def key_actions(self) -> tuple[Action, ...]:
        publish = "voucher.publish"
        return (
            Action(text="offers.uses", keys=("Return",), run=self._show, is_enabled=self._has_one),
            Action(text="offers.new", keys=("N",), run=self._issue, permission=publish),
            Action(
                text="offers.take_out",
                keys=("F8",),
                run=self._take_out,
                is_enabled=self._has_codes,
                permission=publish,
            ),
            Action(text="offers.change_rule", keys=("P",), run=self._publish, permission=publish),
        )

    def _has_one(self) -> bool:
        return self.table.current is not None

    def _has_codes(self) -> bool:
        one = self.table.current
        return one is not None and one.batch_id in self.model.with_codes

    def shown(self, subject: str = "") -> None:
        self.refresh()
        self.table.view.setFocus()

    def refresh(self) -> None:
        """Read it again."""
        self.frame.tasks.start(self.model.load())

    def draw(self) -> None:
        """Show the model as it is now."""
        rule, waiting = self.model.rule, self.model.waiting
        self._rule.setText(self._said(rule) if rule else self.words("offers.no_rule"))
        coming = f"{self._said(waiting)}  {self._when(waiting)}" if waiting else ""
        self._next.setText(coming or (self._when(rule) if rule else self.words("offers.no_hint")))
        self.table.set_rows(self.model.batches)
        if self.model.batches and self.table.current is None:
            self.table.go_to(0)
        self.keys_changed()

    def _said(self, rule: RuleView | Wanted) -> str:
        if rule.is_ended:
            return self.words("offers.ended")
        rates, currency = rule.rates, self.model.currency
        return self.words(
            "offers.rule_said",
            per=formats.money(rates.earn_per_minor, currency),
            earn=rates.earn_points,
            points=rates.worth_points,
            worth=formats.money(rates.worth_minor, currency),
        )

    def _when(self, rule: RuleView) -> str:
        if rule.state == OfferState.ASKED:
            return self.words("offers.asked")
        day = business_day(rule.from_us, self.frame.person.zone)
        author, approver = (
            self.model.people.get(one, one) for one in (rule.author_id, rule.approver_id)
        )
        return self.words("offers.since", day=day, author=author, approver=approver)

    # acts

    def _today(self) -> "datetime":
        zone = ZoneInfo(self.frame.person.zone)
        return datetime.fromtimestamp(self.frame.desk.now_us / 1e6, UTC).astimezone(zone)

    def _publish(self) -> None:
        self.frame.tasks.start(self._ask_rule())

    async def _ask_rule(self) -> None:
        said = await self.frame.ask(RulePanel(self.frame, self.model, self._today().date()))
        if not isinstance(said, Wanted):
            return
        approver = await self._approver(self._said(said), said.reason)
        if approver is None:
            return
        await self.model.publish(
            said.rates, said.from_us, said.reason, approver, is_ended=said.is_ended
        )
        self.frame.say(self.words("offers.asked_for"), Tone.GOOD)

    def _issue(self) -> None:
        self.frame.tasks.start(self._ask_batch())

    async def _ask_batch(self) -> None:
        said = await self.frame.ask(BatchPanel(self.frame, self.model, self._today().date()))
        if not isinstance(said, Batch):
            return
        currency = self.model.currency
        what = self.words(
            "offers.batch_said",
            name=said.name,
            n=len(said.members) or said.count,
            value=formats.money(said.value_minor, currency),
            least=formats.money(said.least_minor, currency),
        )
        approver = await self._approver(what, said.reason)
        if approver is None:
            return
        await self.model.issue(said, approver)
        self.frame.say(self.words("offers.issued_now"), Tone.GOOD)

    async def _approver(self, what: str, reason: str) -> str | None:
        why = self.words("approve.what", what=what, why=reason) if reason else what
        given = await self.frame.approve(APPROVES, why)
        return None if given is None else str(given)

    def _take_out(self) -> None:
        self.frame.tasks.start(self._export())

    async def _export(self) -> None:
        one = self.table.current
        if one is None:
            return
        codes = await self.model.codes(one.batch_id)
        name = f"{one.name} {self.words('offers.codes')}"
        content = await self.frame.desk.work(workbook, self._code_columns(), codes, name=name)
        path = self.frame.paper.save(content, f"{name}.xlsx")
        # Only what is in a file is forgotten here.
        await self.model.took_out(one.batch_id)
        self.frame.say(self.words("offers.taken_out", n=len(codes), path=path), Tone.GOOD)

    def _code_columns(self) -> Sequence[Column]:
        words = self.words

        def spoken(one: Code) -> str:
            return spoken_code(one.code)

        return [
            Column(key="code", title=words("offers.code"), get=lambda one: one.code,
                   kind=Kind.CODE),
            Column(key="spoken", title=words("offers.spoken"), get=spoken, kind=Kind.CODE),
            Column(key="card", title=words("member.card"), get=lambda one: one.member_code,
                   kind=Kind.CODE),
            Column(key="member", title=words("member.name"), get=lambda one: one.member_name),
        ]  # fmt: skip

    def _show(self) -> None:
        one = self.table.current

        async def work() -> None:
            uses = await self.model.uses(one.batch_id)
            self.frame.show_sheet(self._uses(one, uses), one.name)

        if one is not None:
            self.frame.tasks.start(work())

    def _uses(self, batch: BatchView, uses: Sequence[UseView]) -> QWidget:
        words, person = self.words, self.frame.person

        def told(text: str) -> QWidget:
            made = label(text, "small")
            made.setWordWrap(True)
            return made

        parts: list[QWidget | int | None] = [
            row(
                figure(words("offers.issued"), str(batch.coupons)),
                None,
                figure(words("offers.used"), str(batch.used)),
                None,
                figure(words("offers.paid"), formats.money(batch.paid_minor, person.currency)),
            ),
            told(f"{words('offers.policy')} · {words(f'offers.{batch.policy}')}"),
            told(f"{words('offers.on_return')} · {words(f'offers.{batch.on_return}')}"),
            line(),
        ]
        for one in uses[:USES_MOST]:
            at = formats.instant(one.happened_at_us, person.zone)
            amount = formats.money(one.amount_minor, person.currency)
            doubled = [pill(words("offers.twice"), Tone.BAD)] if one.uses > 1 else []
            parts.append(row(label(at, "muted"), *doubled, None, label(amount, "strong")))
            parts.append(label(f"{one.number} · {one.site_id}", "small"))
        if not uses:
            parts.append(label(words("offers.no_uses"), "muted"))
        area = QScrollArea()
        area.setWidget(column(*parts, None))
        area.setWidgetResizable(True)
        return area

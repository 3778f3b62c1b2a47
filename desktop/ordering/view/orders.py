"""The list of one's own orders: state, reasons per line, cancel, rework, document flow."""

from PySide6.QtWidgets import QSplitter, QTabBar, QVBoxLayout, QWidget

from desktop.ordering.model.orders import Filter, OrderList, state_word
from desktop.ordering.usecases.looking import BlockHead, ListedOrder, OrderDetail
from desktop.ordering.view.order_columns import STATE_TONES, line_columns, order_columns
from desktop.ordering.view.order_paper import order_page, tender_rows
from desktop.ordering.view.order_sheets import CancelPanel, RevisionPanel
from desktop.ordering.view.order_workbook import save_order
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.papers import flow_sheet
from desktop.ui.screen import Screen
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, Empty, column, label, pill, row, set_tone
from desktop.words import formats
from shared.ordering.rules import GRANTED, OrderState, OrderType
from shared.ordering.rules import Action as Act


class OrdersScreen(Screen):
    """Orders at the left, the one in front at the right."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        identity = frame.desk.store.identity
        self.model = OrderList(
            frame.desk, frame.person.site_id, identity.device_id if identity else ""
        )
        self._wanted = ""
        self._build()
        self.until_gone(self.model.watch(self._show))
        self._is_showing = False
        self.watch(
            self._load, "channel_order", "order_decision", "order_revision", "shipment", "receipt"
        )

    # drawing

    def _build(self) -> None:
        words = self.words
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for one in Filter:
            self.tabs.addTab(words(f"orders.filter_{one.value}"))
        self.tabs.currentChanged.connect(self._filter)
        self.rate = label("", "muted")
        self.table = Table(
            self.frame,
            "orders",
            order_columns(self.frame),
            empty=Empty("clipboard-list", words("orders.empty"), words("orders.empty_hint")),
        )
        GivingWay(self.table, {"amount": 430, "at": 330})
        self.table.chosen.connect(self._look)
        self.detail = self._detail()
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.detail)
        split.setSizes([480, 620])
        split.setHandleWidth(SPACE_L)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(row(self.tabs, None, self.rate))
        layout.addWidget(split, 1)

    def _detail(self) -> QWidget:
        words = self.words
        self.number = label("", "title")
        self.state = pill("")
        self.facts = label("", "small")
        self.facts.setWordWrap(True)
        self.told = Banner()
        self.lines = Table(
            self.frame,
            "order_lines",
            line_columns(self.frame, self._is_decided),
            empty=Empty("clipboard-list", words("orders.choose")),
            can_filter=False,
            is_counted=lambda one: not isinstance(one, BlockHead),
        )
        self._fitting = GivingWay(self.lines, {"received": 560, "shipped": 500, "amount": 460})
        return column(
            row(self.number, self.state, None), self.facts, self.told, self.lines, spacing=SPACE_M
        )

    def _is_decided(self) -> bool:
        found = self.model.detail
        return found is not None and found.order.decided is not OrderState.SUBMITTED

    def _show(self) -> None:
        if self._is_showing:
            return
        self._is_showing = True
        self._show_list()
        self._is_showing = False
        self._follow()

    def _follow(self) -> None:
        """The order in front is the one the cursor is on."""
        found = self.table.current
        wanted = found.order.id if isinstance(found, ListedOrder) else ""
        held = self.model.detail.order.id if self.model.detail else ""
        if wanted != held:
            self.model.look_at(wanted)
        else:
            self._show_detail()

    def _show_list(self) -> None:
        model = self.model
        current = self.table.current
        self.table.set_rows(model.rows)
        self.detail.setVisible(bool(model.rows))
        wanted = self._wanted or (current.order.id if current else "")
        place = self.table.rows.place_of(lambda one: one.order.id == wanted)
        if model.rows:
            self.table.go_to(max(place, 0))
        self._wanted = ""
        rates = [self._rate_text(number) for number in range(len(model.rates))]
        self.rate.setText("   ".join(one for one in rates if one))

    def _rate_text(self, number: int) -> str:
        rate = self.model.rates[number].by_amount_micro
        if not rate:
            return ""
        org = self.model.accounts[number].sales_org_id
        name = self.model.org_names.get(org, org)
        return self.words("orders.rate", org=name, rate=formats.percent(rate))

    def _show_detail(self) -> None:
        found, words = self.model.detail, self.words
        self.number.setText(found.order.number if found else "")
        self.state.setVisible(found is not None)
        self.lines.set_rows(found.blocks if found else ())
        self._fitting.leave_out_empty("accepted", "reason", "shipped", "received")
        if found is None:
            self.facts.setText("")
            self.told.say("")
            return
        state = state_word(found)
        self.state.setText(words(f"orders.state_{state}"))
        set_tone(self.state, STATE_TONES[state], name="pill")
        self.facts.setText("  ·  ".join(self._facts(found)))
        self._show_told(found)

    def _facts(self, found: OrderDetail) -> list[str]:
        words, order = self.words, found.order
        zone = self.frame.person.zone
        who = found.names.get(order.submitted_by, order.submitted_by)
        parts = [
            words("orders.by", who=who, at=formats.instant(order.submitted_at_us, zone)),
            words("orders.version", version=order.price_version),
        ]
        if order.requested_date:
            parts.append(words("orders.wanted", day=order.requested_date))
        if order.delivery_date:
            parts.append(words("orders.promised", day=order.delivery_date))
        if order.order_type != OrderType.NORMAL.value:
            parts.append(words.of("orders.type", order.order_type))
        is_decided = order.decided is not OrderState.SUBMITTED
        if said := self._tenders(found, is_taken=is_decided):
            key = "orders.tenders_taken" if is_decided else "orders.tenders_named"
            parts.append(words(key, said=said))
        if order.decided_at_us:
            granted = formats.money(order.accepted_minor, order.currency)
            parts.append(words("orders.granted", amount=granted))
        if len(found.planned) > 1:
            parts.append(words("orders.planned", n=len(found.planned)))
        if order.note:
            parts.append(order.note)
        return parts

    def _tenders(self, found: OrderDetail, *, is_taken: bool) -> str:
        rows = tender_rows(self.words, found.order, is_taken=is_taken)
        currency = found.order.currency
        return " · ".join(f"{one.name} {formats.money(one.amount_minor, currency)}" for one in rows)

    def _show_told(self, found: OrderDetail) -> None:
        words = self.words
        if found.revision is not None:
            self.told.say(words("orders.revision_waits", n=len(found.changes)), Tone.WAITING)
        elif found.refusals:
            last = found.refusals[-1]
            sentence = words.sentence(last.code, dict(last.params))
            self.told.say(words("orders.refused", why=sentence), Tone.BAD)
        elif self._is_less(found):
            held = found.order
            told = words(
                "orders.tender_less",
                rebate=formats.money(held.rebate_held_minor, held.currency),
                deposit=formats.money(held.deposit_held_minor, held.currency),
            )
            self.told.say(told, Tone.WAITING)
        elif found.order.state is OrderState.REJECTED and found.order.code:
            self.told.say(words.sentence(found.order.code), Tone.BAD)
        else:
            self.told.say("")

    @staticmethod
    def _is_less(found: OrderDetail) -> bool:
        """Whether head office held less than the order named: the rest asks another tender."""
        one = found.order
        is_granted = one.decided in GRANTED
        return is_granted and (
            one.deposit_held_minor < one.deposit_minor or one.rebate_held_minor < one.rebate_minor
        )

    # what a person does

    def key_actions(self) -> tuple[Action, ...]:
        may = self.model.may
        return (
            Action(text="orders.flow", keys=("D",), run=self._flow, is_enabled=self._has_order),
            Action(
                text="orders.rework",
                keys=("E",),
                run=self._rework,
                is_enabled=lambda: may(Act.REWORK),
                permission="order.submit",
            ),
            Action(
                text="orders.cancel",
                keys=("Delete",),
                run=self._cancel,
                is_enabled=lambda: may(Act.CANCEL),
                permission="order.cancel",
            ),
            Action(
                text="orders.revision",
                keys=("F9",),
                run=self._revision,
                is_enabled=lambda: may(Act.CONFIRM),
                permission="order.submit",
            ),
            Action(
                text="orders.receive",
                keys=("R",),
                run=lambda: self.frame.open("receiving", ""),
                is_enabled=lambda: may(Act.RECEIVE),
                permission="order.receive",
            ),
            Action(text="orders.print", keys=("P",), run=self._print, is_enabled=self._has_order),
            Action(text="orders.excel", keys=("X",), run=self._excel, is_enabled=self._has_order),
            Action(text="orders.new", keys=("N",), run=lambda: self.frame.open("reorder", "")),
            Action(
                text="orders.next_filter",
                keys=("Right",),
                run=lambda: self._step_filter(1),
                in_line=False,
            ),
            Action(
                text="orders.former_filter",
                keys=("Left",),
                run=lambda: self._step_filter(-1),
                in_line=False,
            ),
        )

    def shown(self, subject: str = "") -> None:
        """An order's id brings it to the front; ``rejected`` lists what was refused."""
        if subject == "rejected":
            self.tabs.setCurrentIndex(list(Filter).index(Filter.REFUSED))
        elif subject:
            self._wanted = subject
        self._load()
        self.table.view.setFocus()

    def leave(self) -> None:
        # Tables tell of their last row while they go.
        self._is_showing = True
        super().leave()

    def _load(self) -> None:
        self.frame.tasks.start(self.model.load())

    def _filter(self, place: int) -> None:
        self.frame.tasks.start(self.model.filter_by(list(Filter)[place]))

    def _step_filter(self, step: int) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + step) % self.tabs.count())

    def _look(self, _found: object) -> None:
        if not self._is_showing:
            self._follow()

    def _has_order(self) -> bool:
        return self.model.detail is not None

    def _flow(self) -> None:
        sheet = flow_sheet(self.frame, self.model.flow())
        self.frame.show_sheet(sheet, self.words("orders.flow_title"))

    def _rework(self) -> None:
        if self.model.detail is not None:
            self.frame.open("reorder", f"rework:{self.model.detail.order.id}")

    def _cancel(self) -> None:
        self.frame.tasks.start(self._ask_cancel())

    async def _ask_cancel(self) -> None:
        if self.model.detail is None:
            return
        number = self.model.detail.order.number
        reason = await self.frame.ask(CancelPanel(self.frame, number))
        if reason is not None:
            await self.model.cancel(reason)
            self.frame.say(self.words("orders.cancel_asked", number=number), Tone.GOOD)

    def _revision(self) -> None:
        self.frame.tasks.start(self._ask_revision())

    async def _ask_revision(self) -> None:
        if self.model.detail is None:
            return
        answer = await self.frame.ask(RevisionPanel(self.frame, self.model.detail))
        if answer is not None:
            await self.model.answer(is_confirmed=answer)
            key = "orders.confirmed" if answer else "orders.revision_refused"
            self.frame.say(self.words(key), Tone.GOOD)

    def _excel(self) -> None:
        if self.model.detail is not None:
            self.frame.tasks.start(save_order(self.frame, self.model.detail))

    def _print(self) -> None:
        if self.model.detail is not None:
            self.frame.tasks.start(self._print_now(self.model.detail))

    async def _print_now(self, found: OrderDetail) -> None:
        pdf = await self.frame.desk.work(order_page, self.frame, found)
        self.frame.paper.document(pdf, found.order.number)
        self.frame.say(self.words("orders.printed", number=found.order.number), Tone.GOOD)

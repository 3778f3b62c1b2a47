"""The order desk: orders above, the chosen one below with credit and stock beside each line."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop.ordering.model.desk import REASONS, OrderDesk
from desktop.ordering.view.delivery_paper import delivery_note
from desktop.ordering.view.desk_columns import STATE_TONES, line_columns, order_columns
from desktop.ordering.view.desk_panels import DecisionPanel, RejectPanel, ShipPanel
from desktop.ordering.view.hints import tender_parts_text
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Empty, column, figure, label, pill, row, set_figure, set_tone
from desktop.words import formats
from shared.ordering.queries.orders import OrderView
from shared.ordering.rules import OrderType


class OrderDeskScreen(Screen):
    """Decide, cut, reject, revise and ship what accounts ask of head office."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._is_showing = False
        self.model = OrderDesk(frame.desk, frame.detail, zone=frame.person.zone)
        words = self.words
        self.orders = Table(
            frame,
            "desk-orders",
            order_columns(frame, self.model),
            empty=Empty("inbox", words("desk.none"), words("desk.none_hint")),
        )
        GivingWay(self.orders, {"granted": 980, "wanted": 900, "lines": 780, "at": 700})
        self.orders.chosen.connect(self._chosen)
        self.lines = Table(
            frame,
            "desk-lines",
            line_columns(self.words, self.model),
            can_filter=False,
            empty=Empty("clipboard-list", words("desk.choose")),
        )
        GivingWay(self.lines, {"date": 1000, "promotion": 900, "expected": 800, "code": 700})
        self.orders.activated.connect(lambda _one: self.lines.view.setFocus())
        self.title = label("", "strong")
        self.state = pill("")
        self.kind = pill("", Tone.GOOD)
        self.paid = label("", "muted")
        self.asked = figure(words("desk.asked"), "")
        self.granted = figure(words("desk.granted"), "")
        self.limit = figure(words("desk.limit"), "")
        self.owed = figure(words("desk.owed"), "")
        self.free = figure(words("desk.free_after"), "")
        self._build()
        self.until_gone(self.model.watch(self._show))
        self.watch(self._refresh, "channel_order", "order_decision", "shipment_line")

    def _build(self) -> None:
        head = row(self.title, self.state, self.kind, None, self.paid, spacing=SPACE_M)
        figures = row(
            self.asked, self.granted, None, self.limit, self.owed, self.free, spacing=SPACE_L
        )
        below = column(head, figures, self.lines, spacing=SPACE_M)
        layout = below.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setStretch(2, 1)
        self.below: QWidget = below
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(SPACE_M)
        split.addWidget(self.orders)
        split.addWidget(below)
        split.setSizes([230, 370])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        outer.addWidget(split)

    def shown(self, subject: str = "") -> None:
        self.frame.tasks.start(self._open(subject))
        self.orders.view.setFocus()

    async def _open(self, subject: str) -> None:
        if subject:
            self.model.only_waiting = False
        await self.model.refresh()
        if subject:
            await self.model.choose(subject)
            self._show_orders()

    def _refresh(self) -> None:
        self.frame.tasks.start(self.model.refresh())

    def key_actions(self) -> tuple[Action, ...]:
        model = self.model
        return (
            Action(
                text="desk.accept",
                keys=("F10",),
                run=self._accept,
                is_enabled=lambda: model.can_decide or model.can_revise,
                permission="order.decide",
            ),
            Action(
                text="desk.reject",
                keys=("F8",),
                run=self._reject,
                is_enabled=lambda: model.can_decide,
                permission="order.decide",
            ),
            Action(
                text="desk.cut_to_stock",
                keys=("F6",),
                run=self._cut,
                is_enabled=lambda: model.can_decide,
            ),
            Action(
                text="desk.ship",
                keys=("S",),
                run=self._ship,
                is_enabled=lambda: model.can_ship,
                permission="order.ship",
            ),
            Action(
                text="desk.print_delivery",
                keys=("P",),
                run=self._print,
                is_enabled=lambda: model.has_shipped,
            ),
            Action(text="desk.all_or_waiting", keys=("F5",), run=self._toggle),
            Action(text="desk.undo", keys=("Ctrl+Z",), run=model.undo_all),
            *(
                Action(
                    text=f"orders.reason.{reason}",
                    keys=(str(number),),
                    run=partial(self._give_reason, reason),
                    in_line=False,
                )
                for number, reason in enumerate(REASONS, 1)
            ),
        )

    # showing

    def _chosen(self, order: OrderView | None) -> None:
        if self._is_showing:
            return
        if order is not None and self.model.wanted_id != order.id:
            self.model.wanted_id = order.id
            self.frame.tasks.start(self.model.choose(order.id))

    def _show(self) -> None:
        model, order = self.model, self.model.chosen
        self._show_orders()
        # Without an order there is nothing to say below: no titles without figures.
        self.below.setVisible(order is not None)
        self.lines.set_rows(model.lines)
        if order is None:
            return
        self.title.setText(f"{model.account_name} · {order.number}")
        self.state.setText(self.words.of("order.state", order.state.value))
        self.kind.setText(self.words.of("orders.type", order.order_type))
        self.kind.setVisible(order.order_type != OrderType.NORMAL.value)
        paid = model.tenders
        rows = tender_parts_text(self.words, paid, model.granted_minor, order.currency)
        self.paid.setText(self.words("desk.tenders", said=rows) if rows else "")
        set_tone(self.state, STATE_TONES.get(order.state, Tone.GOOD), name="pill")
        set_figure(self.asked, formats.money(order.asked_minor, order.currency))
        set_figure(self.granted, formats.money(model.granted_minor, order.currency))
        if model.credit is not None:
            set_figure(self.limit, formats.money(model.credit.limit_minor, order.currency))
            set_figure(self.owed, formats.money(model.credit.exposure_minor, order.currency))
            free = model.free_after_minor
            tone = Tone.BAD if free < 0 else Tone.PLAIN
            set_figure(self.free, formats.money(free, order.currency), tone)

    def _show_orders(self) -> None:
        """The cursor stays on the order somebody went to, also when it changed or moved, or is
        still being read; the next one is looked at when it went from the list."""
        wanted_id = self.model.wanted_id
        self._is_showing = True
        self.orders.set_rows(self.model.orders)
        place = self.orders.rows.place_of(lambda one: one.id == wanted_id)
        if place >= 0 and self.orders.current.id != wanted_id:
            self.orders.go_to(place)
        self._is_showing = False
        if place < 0:
            self._chosen(self.orders.current)

    # keys

    def _give_reason(self, reason: str) -> None:
        if self.lines.current is not None and self.model.can_decide:
            self.model.give_reason(self.lines.current, reason)

    def _cut(self) -> None:
        cut = self.model.cut_to_stock()
        self.frame.say(self.words("desk.cut", n=cut), Tone.WAITING if cut else Tone.GOOD)

    def _toggle(self) -> None:
        self.frame.tasks.start(self.model.toggle_waiting())

    def _accept(self) -> None:
        self.frame.tasks.start(self._ask_accept())

    async def _ask_accept(self) -> None:
        model = self.model
        answer = await self.frame.ask(DecisionPanel(self.frame, model))
        if answer is None or model.chosen is None:
            return
        # What was decided leaves the list: its number says where it went.
        number, amount = model.chosen.number, formats.money(model.granted_minor)
        if model.can_decide:
            await model.accept(delivery_date=answer.day, note=answer.note)
            key = "desk.decided_away" if model.only_waiting else "desk.decided"
            told = self.words(key, number=number, amount=amount)
        else:
            await model.revise(note=answer.note)
            told = self.words("desk.revised", number=number)
        self.frame.say(told, Tone.GOOD)
        self.frame.sync()

    def _reject(self) -> None:
        self.frame.tasks.start(self._ask_reject())

    async def _ask_reject(self) -> None:
        answer = await self.frame.ask(RejectPanel(self.frame))
        if answer is not None:
            await self.model.reject(answer.reason, answer.note)
            self.frame.say(self.words("desk.rejected"), Tone.GOOD)
            self.frame.sync()

    def _ship(self) -> None:
        self.frame.tasks.start(self._ask_ship())

    async def _ask_ship(self) -> None:
        answer = await self.frame.ask(ShipPanel(self.frame, self.model))
        if answer is None or self.model.chosen is None:
            return
        order_id = self.model.chosen.id
        number = await self.model.ship(
            answer.site_id, carrier=answer.carrier, waybill=answer.waybill
        )
        self.frame.say(self.words("desk.shipped", number=number), Tone.GOOD)
        self.frame.sync()
        await self._print_last(order_id)

    def _print(self) -> None:
        if self.model.chosen is not None:
            self.frame.tasks.start(self._print_last(self.model.chosen.id))

    async def _print_last(self, order_id: str) -> None:
        """The 发货单 of what left last; earlier ones are in the list of papers already."""
        found = await self.model.deliveries(order_id)
        if found:
            pdf = await self.frame.desk.work(delivery_note, self.frame, found[-1])
            self.frame.paper.document(pdf, found[-1].shipment.number)

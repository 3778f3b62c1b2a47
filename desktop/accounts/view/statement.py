"""Statements of customers and of one's own account with head office; what the site spends."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout

from desktop.accounts.model.ageing import AgesOf
from desktop.accounts.model.rebates import RebateModel
from desktop.accounts.model.statement import (
    Documents,
    Papers,
    Parties,
    Party,
    Period,
    StatementModel,
    StatementRow,
    Whose,
)
from desktop.accounts.view.ageing import AgeingPanel
from desktop.accounts.view.expense import ExpensePanel
from desktop.accounts.view.money import ask_money, ask_refund
from desktop.accounts.view.rebates import ask_rebates
from desktop.accounts.view.statement_columns import party_columns, statement_columns, what_of
from desktop.printing.pdf.pictures import to_pngs
from desktop.printing.pdf.reports import Statement, StatementLine, statement_pdf
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.papers import flow_sheet
from desktop.ui.pictures import copy_pictures
from desktop.ui.screen import Screen
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import (
    Empty,
    column,
    figure,
    label,
    row,
    set_figure,
    set_tone,
)
from desktop.words import formats


class StatementScreen(Screen):
    """Parties at the left, the statement of the one in front at the right."""

    def __init__(
        self,
        frame: Frame,
        *,
        parties_of: Parties,
        documents_of: Documents,
        papers_of: Papers,
        ages_of: AgesOf | None,
    ) -> None:
        """Without ``ages_of`` it is head office's: channel accounts and no customers."""
        super().__init__(frame)
        self._ages_of = ages_of
        self._is_office = ages_of is None
        self.model = StatementModel(
            frame.desk,
            frame.person.zone,
            parties_of=parties_of,
            documents_of=documents_of,
            papers_of=papers_of,
        )
        self._is_showing = False
        self._wanted = ""
        self._build()
        self.until_gone(self.model.watch(self._show))
        self.watch(self._load, "account_entry", "customer")

    def _build(self) -> None:
        words, currency = self.words, self.frame.person.currency
        self.parties = Table(
            self.frame,
            "parties",
            party_columns(self.frame, is_office=self._is_office),
            empty=Empty("users", words("statement.nobody"), words("statement.nobody_hint")),
        )
        gives_way = {"whose": 310} if self._is_office else {"since": 470, "whose": 310}
        GivingWay(self.parties, gives_way)
        # Accounts of one party differ at their ends: where a name is cut, its middle goes.
        self.parties.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.parties.chosen.connect(self._look)
        self.name = label("", "title")
        self.open = label("", "small")
        self.opening = figure(words("statement.opening"), "0.00")
        self.closing = figure(words("statement.closing"), "0.00")
        self.period = Choice(
            words("statement.period"),
            [(one.value, words(f"statement.period_{one.value}")) for one in Period],
            value=self.model.period.value,
        )
        self.period.picked.connect(
            lambda value: self.frame.tasks.start(self.model.set_period(Period(value)))
        )
        self.table = Table(
            self.frame,
            "statement",
            statement_columns(words, currency),
            empty=Empty("receipt", words("statement.empty"), words("statement.empty_hint")),
            can_filter=False,
        )
        GivingWay(self.table, {"what": 620, "running": 480})
        detail = column(
            row(column(self.name, self.open, self.period), None, self.opening, 24, self.closing),
            self.table,
            spacing=SPACE_M,
        )
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.setHandleWidth(SPACE_L)
        split.addWidget(self.parties)
        split.addWidget(detail)
        split.setSizes([420, 660])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.addWidget(split)

    def _show(self) -> None:
        if self._is_showing:
            return
        self._is_showing = True
        model = self.model
        self.parties.set_rows(model.parties)
        held = model.party
        place = self.parties.rows.place_of(
            lambda one: held is not None and one.ledger == held.ledger
        )
        if place >= 0:
            self.parties.go_to(place)
        self._is_showing = False
        self.name.setText(held.name if held else "")
        told, is_late = self._open_text(held)
        self.open.setText(told)
        self.open.setVisible(bool(told))
        set_tone(self.open, Tone.BAD if is_late else Tone.PLAIN)
        currency = held.currency if held else self.frame.person.currency
        set_figure(self.opening, formats.money(model.opening_minor, currency))
        set_figure(self.closing, formats.money(model.closing_minor, currency))
        self.table.set_rows(model.rows)

    def _open_text(self, held: Party | None) -> tuple[str, bool]:
        """Since when a party owes, on what terms, and whether it is late."""
        if held is None or held.whose is not Whose.CUSTOMER:
            return "", False
        words, zone = self.words, self.frame.person.zone
        parts = [one for one in (held.code, held.phone) if one]
        if held.since_us:
            since = formats.instant(held.since_us, zone)[:10]
            parts.append(words("statement.open_since", n=held.open_count, since=since))
        is_late = 0 < held.due_us < self.frame.desk.now_us
        if held.due_us:
            due = formats.instant(held.due_us, zone)[:10]
            parts.append(words("statement.late" if is_late else "statement.due", due=due))
        return "  ·  ".join(parts), is_late

    def key_actions(self) -> tuple[Action, ...]:
        has_rows = self._has_party
        return (
            Action(
                text="orders.flow",
                keys=("D",),
                run=self._flow,
                is_enabled=lambda: bool(self.model.rows),
            ),
            Action(text="statement.print", keys=("P",), run=self._print, is_enabled=has_rows),
            Action(text="paper.copy", keys=("C",), run=self._copy, is_enabled=has_rows),
            Action(
                text="statement.excel",
                keys=("Ctrl+E",),
                run=self.table.export,
                is_enabled=has_rows,
            ),
            Action(
                text="statement.invoice",
                keys=("Return",),
                run=self._invoice,
                is_enabled=self._is_customer,
                permission="sale.make",
            ),
            Action(text="rebate.key", keys=("R",), run=self._rebates, is_enabled=self._is_account),
            *(self._office_actions() if self._is_office else self._site_actions()),
            Action(text="statement.next_period", keys=("F4",), run=self._next, in_line=False),
        )

    def _office_actions(self) -> tuple[Action, ...]:
        """What head office writes to an account's books."""
        return (
            Action(
                text="money.key",
                keys=("M",),
                run=self._money,
                is_enabled=self._is_account,
                permission="account.adjust",
            ),
            Action(
                text="refund.key",
                keys=("G",),
                run=self._refund,
                is_enabled=lambda: self.model.guarantee_minor() > 0,
                permission="account.adjust",
            ),
        )

    def _site_actions(self) -> tuple[Action, ...]:
        """What only a site has: its drawer, its customers, what it shows head office."""
        return (
            Action(
                text="statement.spend",
                keys=("F8",),
                run=self._spend,
                permission="account.expense",
            ),
            Action(text="statement.ageing", keys=("A",), run=self._ages),
            Action(text="statement.seen", keys=("H",), run=self._seen),
        )

    def shown(self, subject: str = "") -> None:
        """A customer's id, or an account's, brings its statement to the front."""
        self._wanted = subject
        self._load()
        self.parties.view.setFocus()

    def leave(self) -> None:
        # Tables tell of their last row while they go.
        self._is_showing = True
        super().leave()

    def _load(self) -> None:
        wanted, self._wanted = self._wanted, ""
        self.frame.tasks.start(self.model.load(wanted))

    def _look(self, found: object) -> None:
        held = self.model.party
        if self._is_showing or not isinstance(found, Party):
            return
        if held is None or held.ledger != found.ledger:
            self.frame.tasks.start(self.model.look_at(found))

    def _has_party(self) -> bool:
        return self.model.party is not None

    def _is_customer(self) -> bool:
        held = self.model.party
        return held is not None and held.whose is Whose.CUSTOMER

    def _is_account(self) -> bool:
        held = self.model.party
        return held is not None and bool(held.account_id)

    def _money(self) -> None:
        self.frame.tasks.start(ask_money(self.frame, self.model))

    def _refund(self) -> None:
        self.frame.tasks.start(ask_refund(self.frame, self.model))

    def _rebates(self) -> None:
        self.frame.tasks.start(self._ask_rebates())

    async def _ask_rebates(self) -> None:
        held = self.model.party
        if held is None:
            return
        model = RebateModel(self.frame.desk, held.account_id, held.currency, self.frame.person.zone)
        await ask_rebates(self.frame, model, held.name)

    def _flow(self) -> None:
        """The papers of the entry in front, or of the newest one."""
        found = self.table.current
        entry = found if isinstance(found, StatementRow) else self.model.rows[-1]
        self.frame.tasks.start(self._show_flow(entry))

    async def _show_flow(self, entry: StatementRow) -> None:
        nodes = await self.model.papers(entry)
        if nodes:
            self.frame.show_sheet(flow_sheet(self.frame, nodes), self.words("orders.flow_title"))
        else:
            self.frame.say(self.words("flow.none"), Tone.PLAIN)

    def _invoice(self) -> None:
        if self.model.party is not None:
            self.frame.open("invoice", self.model.party.party_id)

    def _ages(self) -> None:
        self.frame.tasks.start(self._ask_ages())

    async def _ask_ages(self) -> None:
        if self._ages_of is None:
            return
        party_id = await self.frame.ask(AgeingPanel(self.frame, self._ages_of))
        if party_id is not None:
            await self.model.load(party_id)

    def _seen(self) -> None:
        self.frame.open("seen", "")

    def _next(self) -> None:
        periods = [one.value for one in Period]
        at = (periods.index(self.period.value) + 1) % len(periods)
        self.period.set_value(periods[at])

    def _spend(self) -> None:
        self.frame.tasks.start(self._ask_spend())

    async def _ask_spend(self) -> None:
        answer = await self.frame.ask(ExpensePanel(self.frame))
        if answer is not None:
            category, amount_minor, payee, tender = answer
            done = await self.model.spend(category, amount_minor, payee, tender)
            amount = formats.signed_money(amount_minor, self.frame.person.currency)
            self.frame.say(
                self.words("statement.spent", number=done.number, amount=amount), Tone.GOOD
            )

    def _print(self) -> None:
        self.frame.tasks.start(self._print_now())

    async def _print_now(self) -> None:
        party = self.model.party
        if party is None:
            return
        paper = self._paper(party)
        pdf = await self.frame.desk.work(statement_pdf, paper, self.words)
        self.frame.paper.document(pdf, f"{party.name} {paper.from_day} {paper.to_day}")
        self.frame.say(self.words("statement.printed", name=party.name), Tone.GOOD)

    def _copy(self) -> None:
        self.frame.tasks.start(self._copy_now())

    async def _copy_now(self) -> None:
        party, desk = self.model.party, self.frame.desk
        if party is None:
            return
        pdf = await desk.work(statement_pdf, self._paper(party), self.words)
        if copy_pictures(await desk.work(to_pngs, pdf)):
            self.frame.say(self.words("paper.copied", number=party.name), Tone.GOOD)

    def _paper(self, party: Party) -> Statement:
        first, last = self.model.days
        return Statement(
            company=self.frame.person.site_name,
            customer=party.name,
            customer_code=party.code or party.party_id,
            currency=party.currency,
            from_day=first,
            to_day=last,
            opening_minor=self.model.opening_minor,
            lines=tuple(
                StatementLine(
                    day=one.day,
                    number=one.number,
                    what=what_of(self.words, one),
                    charged_minor=one.charged_minor,
                    paid_minor=one.paid_minor,
                )
                for one in self.model.rows
            ),
            as_of=formats.instant(self.frame.desk.now_us, self.frame.person.zone),
        )

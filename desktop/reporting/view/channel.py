"""Partners and channel: regions, accounts and sites as a tree, with terms and credit."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.reporting.model.channel import ChannelRow, ChannelTree
from desktop.reporting.view.channel_panels import AccountPanel, NewAccount, SitePanel
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.tree import Node, TreeTable
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Empty, column, figure, form_row, label, line, row
from desktop.words import formats
from shared.channel.documents import Account
from shared.ordering.rules import Credit
from shared.reporting.queries.channel import AccountLine

SHEET_NAME_PX = 124


class ChannelScreen(Screen):
    """The tree; Enter shows an account, E changes it."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self.model = ChannelTree(frame.desk)
        self.org = Choice(words("price.org"), [("", words("channel.all_orgs"))])
        self.org.setMinimumWidth(scaled(180))
        self.org.picked.connect(self.model.choose_org)
        self.sums = label("", "muted")
        self.tree = TreeTable(
            frame,
            "channel",
            self._columns(),
            empty=Empty(
                "network",
                words("channel.none"),
                words("channel.none_hint"),
                action=words("channel.import"),
                pressed=lambda: frame.open("channel-import", ""),
            ),
            title=words("screen.channel"),
            open_levels=4,
            giving_way=("upstream", "state", "terms"),
        )
        self.tree.activated.connect(self._show_sheet)
        head = row(label(words("price.org"), "muted"), self.org, None, self.sums, spacing=SPACE_M)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(head)
        layout.addWidget(self.tree, 1)
        self.until_gone(self.model.watch(self._show))
        self.watch(self._load, "channel_account", "site", "region", "account_region")
        self._wanted = ""

    def shown(self, subject: str = "") -> None:
        self._wanted = subject
        self._load()
        self.tree.view.setFocus()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="channel.change", keys=("E",), run=self._change, is_enabled=self._has),
            Action(text="channel.new_account", keys=("N",), run=self._new),
            Action(text="channel.new_site", keys=("S",), run=self._new_site, is_enabled=self._has),
            Action(
                text="channel.import",
                keys=("Ctrl+O",),
                run=lambda: self.frame.open("channel-import", self.model.org_id),
            ),
            Action(text="channel.next_org", keys=("F6",), run=self._next_org),
            Action(text="board.export", keys=("Ctrl+E",), run=self.tree.export),
        )

    # showing

    def _load(self) -> None:
        self.frame.tasks.start(self.model.load())

    def _show(self) -> None:
        channel = self.model.channel
        if channel is None:
            return
        self.org.blockSignals(True)
        self.org.clear()
        for stored, word in [("", self.words("channel.all_orgs")), *channel.orgs.items()]:
            self.org.addItem(word, stored)
        self.org.set_value(self.model.org_id)
        self.org.blockSignals(False)
        rows = self.model.rows
        self.sums.setText(
            self.words(
                "channel.sums",
                n=sum(one.accounts for one in rows),
                limit=formats.money(sum(one.limit_minor for one in rows)),
            )
        )
        self.tree.set_nodes(_nodes(rows))
        if self._wanted:
            self.tree.go_to(f"account/{self._wanted}")
            self._wanted = ""
        self.keys_changed()

    def _has(self) -> bool:
        return self._account() is not None

    def _account(self) -> Account | None:
        one = self.tree.current
        return one.account.account if one is not None and one.account is not None else None

    def _show_sheet(self, one: ChannelRow) -> None:
        if one.account is not None:
            self.frame.tasks.start(self._sheet(one.account))

    async def _sheet(self, one: AccountLine) -> None:
        held = await self.model.look_at(one.account)
        self.frame.show_sheet(self._account_sheet(one, held), one.account.name)

    def _account_sheet(self, one: AccountLine, held: Credit) -> QWidget:
        words, account = self.words, one.account
        channel = self.model.channel
        org = channel.orgs.get(account.sales_org_id, "") if channel else ""
        terms = words("channel.days", n=account.terms_days)
        said = (
            ("channel.code", account.account_id),
            ("channel.partner", one.partner_name),
            ("price.org", org),
            ("channel.level", one.level_name or words("channel.not_said")),
            ("channel.region", one.region_name or words("channel.not_said")),
            ("channel.upstream", _names(self, one.upstream_names)),
            ("channel.terms", terms if account.terms_days else words("channel.prepaid")),
        )
        parts: list[QWidget | int | None] = [
            figure(
                words("channel.free"),
                formats.money(held.free_minor, account.currency),
                tone=Tone.BAD if held.free_minor < 0 else None,
            ),
            form_row(
                words("channel.limit"), label(formats.money(held.limit_minor, account.currency))
            ),
            form_row(
                words("channel.owed"),
                label(formats.money(held.receivable_minor, account.currency)),
            ),
            form_row(
                words("channel.unbilled"),
                label(formats.money(held.unbilled_minor, account.currency)),
            ),
            line(),
        ]
        for key, text in said:
            is_open = text == words("channel.not_said")
            told = label(text or "–", tone=Tone.WAITING if is_open else None)
            told.setWordWrap(True)
            parts.append(form_row(words(key), told, width=SHEET_NAME_PX))
        parts.append(line())
        parts.append(label(words("channel.sites"), "strong"))
        for site in one.sites:
            kind = words.of("site.type", site.site_type)
            parts.append(label(f"{site.name} · {kind} · {site.site_id}"))
        if not one.sites:
            parts.append(label(words("channel.no_sites"), "muted"))
        return column(*parts, None)

    # keys

    def _next_org(self) -> None:
        at = (self.org.currentIndex() + 1) % max(self.org.count(), 1)
        self.org.setCurrentIndex(at)

    def _change(self) -> None:
        account = self._account()
        if account is not None:
            self.frame.tasks.start(self._ask_change(account))

    async def _ask_change(self, before: Account) -> None:
        after = await self.frame.ask(AccountPanel(self.frame, self.model, before))
        if after is None or after == before:
            return
        await self.model.change(before, after)
        self.frame.say(self.words("channel.changed", name=after.name), Tone.GOOD)
        self.frame.sync()

    def _new(self) -> None:
        if self.model.channel is not None:
            self.frame.tasks.start(self._ask_new())

    async def _ask_new(self) -> None:
        near = self._account()
        beside = near.sales_org_id if near is not None else ""
        current = self.tree.current
        key = current.key if current is not None else ""
        region_id = key.removeprefix("region/") if key.startswith("region/") else ""
        if near is not None:
            region_id = near.region_id
        panel = AccountPanel(self.frame, self.model, None, beside=beside, region_id=region_id)
        made = await self.frame.ask(panel)
        if not isinstance(made, NewAccount):
            return
        await self.model.add(made.partner, made.account)
        self.tree.go_to(f"account/{made.account.account_id}")
        self.frame.say(self.words("channel.added", name=made.account.name), Tone.GOOD)
        self.frame.sync()

    def _new_site(self) -> None:
        account = self._account()
        if account is not None:
            self.frame.tasks.start(self._ask_site(account))

    async def _ask_site(self, account: Account) -> None:
        site = await self.frame.ask(SitePanel(self.frame, account))
        if site is None:
            return
        await self.model.add_site(site)
        self.frame.say(self.words("channel.added", name=site.name), Tone.GOOD)
        self.frame.sync()

    # columns

    def _columns(self) -> list[Column]:
        words = self.words

        def of_account(get: object) -> object:
            return lambda one: get(one.account) if one.account is not None else ""  # type: ignore[operator]

        def text(key: str, get: object, width: int, *, stretches: bool = False) -> Column:
            return Column(
                key=key,
                title=words(f"channel.{key}"),
                get=get,  # type: ignore[arg-type]
                width=width,
                stretches=stretches,
            )

        return [
            text("tree", self._name, 260, stretches=True),
            text("code", self._code, 120),
            Column(
                key="level",
                title=words("channel.level"),
                get=of_account(lambda one: one.level_name or words("channel.not_said")),  # type: ignore[arg-type]
                width=110,
                tone=lambda one: (
                    Tone.WAITING
                    if one.account is not None and not one.account.account.level_id
                    else None
                ),
            ),
            text("upstream", of_account(lambda one: _names(self, one.upstream_names)), 170),
            Column(
                key="limit",
                title=words("channel.limit_cny"),
                get=lambda one: one.limit_minor if one.accounts else None,
                kind=Kind.MONEY,
                width=120,
            ),
            text("terms", of_account(self._terms), 90),
            Column(
                key="state",
                title=words("channel.state"),
                get=self._state,
                width=80,
                tone=lambda one: Tone.WAITING if _is_closed(one) else None,
            ),
        ]

    def _name(self, one: ChannelRow) -> str:
        if one.site is not None:
            return f"{one.name} · {self.words.of('site.type', one.site.site_type)}"
        if one.account is not None:
            channel = self.model.channel
            org = channel.orgs.get(one.account.account.sales_org_id, "") if channel else ""
            return one.name if self.model.org_id else f"{one.name} · {org}"
        told = self.words("channel.accounts_in", n=one.accounts) if one.accounts else ""
        return f"{one.name}  {told}".rstrip()

    def _code(self, one: ChannelRow) -> str:
        if one.account is not None:
            return one.account.account.account_id
        return one.site.site_id if one.site is not None else ""

    def _terms(self, one: AccountLine) -> str:
        days = one.account.terms_days
        return self.words("channel.days", n=days) if days else self.words("channel.prepaid")

    def _state(self, one: ChannelRow) -> str:
        if one.account is None and one.site is None:
            return ""
        return self.words("channel.closed" if _is_closed(one) else "channel.open")


def _is_closed(one: ChannelRow) -> bool:
    if one.account is not None:
        return not one.account.account.is_active
    return one.site is not None and not one.site.is_active


def _names(screen: ChannelScreen, names: Sequence[str]) -> str:
    told = [one or screen.words("channel.head_office") for one in names]
    return screen.words("names.comma").join(told)


def _nodes(rows: Sequence[ChannelRow]) -> list[Node]:
    return [Node(one.key, one, _nodes(one.below)) for one in rows]

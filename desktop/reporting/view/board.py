"""The delivery board: which devices have a price version, region by region."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout

from desktop.reporting.model.board import LACKING, BoardRow, DeliveryBoard
from desktop.reporting.model.consolidated import Asker
from desktop.reporting.view.board_panels import GracePanel, LatePanel
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.packet_file import choose_packet
from desktop.ui.question import TextQuestion
from desktop.ui.screen import Screen
from desktop.ui.stacked_bar import Share, StackedBar
from desktop.ui.table.columns import Column
from desktop.ui.table.tree import Node, TreeTable
from desktop.ui.theme import SPACE_L, SPACE_M, Tone, scaled
from desktop.ui.widgets import Card, Empty, label, row
from desktop.words import formats
from shared.reporting.queries.delivery import BoardLine, BoardState

BAR: tuple[tuple[BoardState, Tone, bool], ...] = (
    (BoardState.ACTIVE, Tone.GOOD, False),
    (BoardState.VERIFIED, Tone.GOOD, True),
    (BoardState.WAITING, Tone.ACCENT, False),
    (BoardState.RECEIVED, Tone.WAITING, False),
    (BoardState.SENT, Tone.PLAIN, False),
)
DAY_US = 86_400_000_000


class PriceBoardScreen(Screen):
    """Counts on top, devices below by region, dealer and site."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self.model = DeliveryBoard(frame.desk)
        self.asker = Asker(frame.desk, frame.detail)
        """Asks the server what late devices sold meanwhile."""
        self.org = Choice(words("price.org"), self.model.orgs, value=self.model.org_id)
        self.org.picked.connect(self._choose_org)
        self.version = Choice(words("board.version"), ())
        self.version.setMinimumWidth(scaled(260))
        self.version.picked.connect(self._choose_version)
        self.counts = label("", "strong")
        self.effective = label("", "muted")
        self.bar = StackedBar(words("board.bar"))
        self.tree = TreeTable(
            frame,
            "price-board",
            self._columns(),
            empty=Empty("circle-check", words("board.none"), words("board.none_hint")),
            title=words("screen.price-board"),
            open_levels=3,
        )
        self.tree.activated.connect(self._open_device)
        self.tree.view.selectionModel().currentChanged.connect(lambda *_: self.keys_changed())
        head = row(
            label(words("price.org"), "muted"),
            self.org,
            label(words("board.version"), "muted"),
            self.version,
            None,
            self.effective,
            spacing=SPACE_M,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(head)
        layout.addWidget(Card(self.counts, self.bar))
        layout.addWidget(self.tree, 1)
        self.until_gone(self.model.watch(self._show))
        self.watch(
            self._load, "price_delivery", "price_nudge", "device", "device_contact", "price_version"
        )

    def shown(self, subject: str = "") -> None:
        if subject:
            self.org.blockSignals(True)
            self.org.set_value(subject)
            self.org.blockSignals(False)
            self.model.org_id, self.model.number = subject, 0
        self._load()
        self.tree.view.setFocus()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="board.lacking", keys=("U",), run=self.model.toggle_lacking),
            Action(
                text="board.nudge",
                keys=("M",),
                run=self._nudge,
                permission="price.publish",
                is_enabled=lambda: bool(self._lacking_here()),
            ),
            Action(
                text="board.packet",
                keys=("X",),
                run=self._packet,
                permission="price.publish",
                is_enabled=self._can_cut,
            ),
            Action(text="board.late", keys=("L",), run=self._late),
            Action(text="board.grace", keys=("G",), run=self._grace, permission="policy.publish"),
            Action(text="board.next_version", keys=("F6",), run=self._next_version),
            Action(text="board.export", keys=("Ctrl+E",), run=self.tree.export),
            Action(text="board.refresh", keys=("F5",), run=self._load),
            Action(text="board.prices", keys=("P",), run=lambda: self.frame.open("prices", "")),
        )

    # what a person does

    def _lacking_here(self) -> dict[str, str]:
        one = self.tree.current
        return self.model.lacking_of(one) if one is not None else {}

    def _nudge(self) -> None:
        self.frame.tasks.start(self._ask_nudge(self._lacking_here()))

    async def _ask_nudge(self, devices: dict[str, str]) -> None:
        words, n = self.words, len(devices)
        panel = TextQuestion(words, words("board.nudge_n", n=n), words("board.nudge_hint"))
        text = await self.frame.ask(panel)
        if text is None:
            return
        asked = await self.model.nudge(devices, text)
        self.frame.say(words("board.nudged_n", n=asked), Tone.GOOD)
        self.frame.sync()

    def _can_cut(self) -> bool:
        one = self.tree.current
        return self.frame.cut_packet is not None and one is not None and one.line is not None

    def _packet(self) -> None:
        line, tasks = self.tree.current.line, self.frame.tasks
        choose_packet(
            self,
            self.words("board.packet_for", name=line.device_id),
            self.frame.settings,
            lambda path: tasks.start(self.packet_to(line, path)),
            name=f"{line.device_id}.qtpacket",
        )

    async def packet_to(self, line: BoardLine, path: Path) -> None:
        """Have the server write what a device lacks into a file, beside the window."""
        cut = self.frame.cut_packet
        assert cut is not None, "the action is off without it"
        self.frame.say(self.words("board.packet_cutting"), Tone.PLAIN)
        made = await self.frame.desk.work(cut, line.device_id, self.model.org_id, path)
        if made.rows:
            text = self.words("board.packet_cut", n=made.newest, file=path.name)
            self.frame.say(text, Tone.GOOD)
        else:
            self.frame.say(self.words("board.packet_nothing"), Tone.WAITING)

    def _grace(self) -> None:
        self.frame.tasks.start(self._ask_grace())

    async def _ask_grace(self) -> None:
        answer = await self.frame.ask(GracePanel(self.frame, await self.model.grace()))
        if answer is not None:
            await self.model.set_grace(answer.hours, answer.days)
            self.frame.say(self.words("board.grace_set"), Tone.GOOD)
            self.frame.sync()

    def _late(self) -> None:
        self.frame.tasks.start(self._show_late())

    async def _show_late(self) -> None:
        self.frame.say(self.words("board.late_asking"), Tone.PLAIN)
        late = await self.model.late(self.asker)
        self.frame.say("", Tone.PLAIN)
        panel = LatePanel(self.frame, self.model.number, late, self.model.late_error)
        await self.frame.ask(panel)

    # showing

    def _load(self) -> None:
        self.frame.tasks.start(self.model.load())

    def _choose_org(self, org_id: str) -> None:
        self.frame.tasks.start(self.model.choose_org(org_id))

    def _choose_version(self, number: str) -> None:
        if number and int(number) != self.model.number:
            self.frame.tasks.start(self.model.choose_version(int(number)))

    def _next_version(self) -> None:
        numbers = [one.number for one in self.model.versions]
        if numbers:
            after = (numbers.index(self.model.number) + 1) % len(numbers)
            self._choose_version(str(numbers[after]))

    def _open_device(self, one: BoardRow) -> None:
        if one.line is not None and "people" in self.frame.screens:
            self.frame.open("people", one.line.device_id)

    def _show(self) -> None:
        words, model = self.words, self.model
        self._show_versions()
        board = model.board
        lines = board.lines if board else ()
        lacking = board.count(*LACKING) if board else 0
        verified = sum(1 for one in lines if one.verified_at_us)
        self.counts.setText(words("board.counts", n=len(lines), verified=verified, lacking=lacking))
        self.bar.show_shares(
            [
                Share(
                    name=words(f"board.state.{state.value}"),
                    count=board.count(state) if board else 0,
                    tone=tone,
                    is_soft=soft,
                )
                for state, tone, soft in BAR
            ]
        )
        self.effective.setText(self._effective_text())
        self.tree.set_nodes(_nodes(model.rows))

    def _show_versions(self) -> None:
        zone = self.frame.person.zone
        self.version.blockSignals(True)
        self.version.clear()
        for one in self.model.versions:
            when = formats.instant(one.effective_at_us, zone)
            self.version.addItem(f"{self.words('price.v', n=one.number)} · {when}", str(one.number))
        self.version.set_value(str(self.model.number))
        self.version.blockSignals(False)

    def _effective_text(self) -> str:
        board = self.model.board
        if board is None:
            return ""
        when = formats.instant(board.effective_at_us, self.frame.person.zone)
        is_due = board.effective_at_us <= self.frame.desk.now_us
        return self.words("board.since" if is_due else "board.from", at=when)

    # columns

    def _columns(self) -> list[Column]:
        words = self.words

        def column(key: str, get: object, width: int, **more: object) -> Column:
            return Column(key=key, title=words(f"board.{key}"), get=get, width=width, **more)  # type: ignore[arg-type]

        return [
            column("name", self._name, 180, stretches=True),
            column("sent", lambda one: self._number(one, len(one.lines)), 44),
            column("received", lambda one: self._step(one, "received_at_us", one.received), 80),
            column(
                "verified",
                lambda one: self._step(one, "verified_at_us", one.verified),
                80,
                tone=_lacking_tone,
            ),
            column("waiting", lambda one: self._mark(one, BoardState.WAITING), 64),
            column(
                "active",
                lambda one: self._step(one, "activated_at_us", one.count(BoardState.ACTIVE)),
                80,
            ),
            column("still", self._still, 60, tone=self._still_tone),
            column("seen", self._seen, 88, tone=self._seen_tone),
            column("next", self._next, 124, tone=_next_tone),
            column("phone", self._phone, 108),
            column("nudged", self._nudged, 84),
            column("unsent", self._unsent, 60, is_number=True),
        ]

    def _name(self, one: BoardRow) -> str:
        if one.line is None:
            return one.name or self.words("board.nameless")
        kind = self.words.of("device.type", one.line.device_type)
        return f"{one.name} · {kind}"

    def _number(self, one: BoardRow, n: int) -> str:
        return "✓" if one.line is not None else f"{n:,}"

    def _step(self, one: BoardRow, what: str, n: int) -> str:
        if one.line is None:
            return f"{n:,} / {len(one.lines):,}"
        at_us: int = getattr(one.line, what)
        if not at_us:
            return "–"
        return formats.short_instant(at_us, self.frame.desk.now_us, self.frame.person.zone)

    def _mark(self, one: BoardRow, state: BoardState) -> str:
        n = one.count(state)
        if one.line is not None:
            return "✓" if n else ""
        return f"{n:,}" if n else ""

    def _still(self, one: BoardRow) -> str:
        line = one.line
        if line is None or line.priced_by in (0, self.model.number):
            return ""
        return self.words("board.still_v", n=line.priced_by)

    def _still_tone(self, one: BoardRow) -> Tone | None:
        board = self.model.board
        is_due = board is not None and board.effective_at_us <= self.frame.desk.now_us
        return Tone.BAD if is_due and self._still(one) else None

    def _seen(self, one: BoardRow) -> str:
        if one.line is None:
            return ""
        if not one.line.seen_at_us:
            return self.words("board.never")
        now_us, zone = self.frame.desk.now_us, self.frame.person.zone
        return formats.short_instant(one.line.seen_at_us, now_us, zone)

    def _seen_tone(self, one: BoardRow) -> Tone | None:
        if one.line is None or self.frame.desk.now_us - one.line.seen_at_us < DAY_US:
            return None
        return Tone.WAITING

    def _next(self, one: BoardRow) -> str:
        """When it is likely to be heard of again; of what is overdue, when it should have been."""
        if one.line is None:
            return ""
        likely = one.line.next
        if likely is None:
            return self.words("board.next_unknown")
        now_us, zone = self.frame.desk.now_us, self.frame.person.zone
        at = formats.short_instant(likely.at_us, now_us, zone)
        return self.words("board.overdue", at=at) if likely.is_overdue else at

    def _phone(self, one: BoardRow) -> str:
        return one.line.phone if one.line is not None else ""

    def _nudged(self, one: BoardRow) -> str:
        if one.line is None or not one.line.nudged_at_us:
            return ""
        now_us, zone = self.frame.desk.now_us, self.frame.person.zone
        return formats.short_instant(one.line.nudged_at_us, now_us, zone)

    def _unsent(self, one: BoardRow) -> str:
        return f"{one.line.unsent:,}" if one.line is not None and one.line.unsent else ""


def _nodes(rows: Sequence[BoardRow]) -> list[Node]:
    return [Node(one.key, one, _nodes(one.below)) for one in rows]


def _lacking_tone(one: BoardRow) -> Tone | None:
    lines: tuple[BoardLine, ...] = one.lines
    if all(line.verified_at_us for line in lines):
        return Tone.GOOD
    return Tone.WAITING if one.line is None or one.line.state in LACKING else None


def _next_tone(one: BoardRow) -> Tone | None:
    likely = one.line.next if one.line is not None else None
    return Tone.WAITING if likely is not None and likely.is_overdue else None

"""Partners from Excel: what would be taken, and every doubt by row."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout

from desktop.reporting.model.channel import PartnerImport
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.once import Once
from desktop.ui.screen import Screen
from desktop.ui.sheet_file import choose_sheet, read_sheet
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.problems import problem_columns
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Empty, column, figure, label, row, set_figure
from shared.channel.queries import level_names, region_names, sales_orgs

FILE_BYTES_MAX = 50 * 1024 * 1024


class ChannelImportScreen(Screen):
    """One list of partners, from choosing the file to having them."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._once = Once(frame.tasks)
        words = self.words
        orgs = frame.desk.read(sales_orgs)
        self._orgs = dict(orgs)
        self._levels = frame.desk.read(level_names)
        self._regions = frame.desk.read(region_names)
        self.model = PartnerImport(frame.desk, orgs[0][0] if orgs else "")
        self.org = Choice(words("price.org"), orgs, value=self.model.org_id)
        self.org.picked.connect(self._choose_org)
        self.file = label("", "strong")
        self.taken = figure(words("partners.to_take"), "")
        self.known = figure(words("partners.known"), "")
        self.bad = figure(words("partners.kept_out"), "")
        self.open = figure(words("partners.undetermined"), "")
        self.hint = label(words("partners.undetermined_hint"), tone=Tone.WAITING)
        self.hint.setWordWrap(True)
        self.rows = Table(frame, "partners", self._columns())
        self.problems = Table(
            frame,
            "partner-problems",
            problem_columns(words, lambda name: words.of("channel", name)),
            can_filter=False,
            empty=Empty("circle-check", words("goods.no_doubts")),
        )
        down = QSplitter(Qt.Orientation.Vertical)
        down.setHandleWidth(SPACE_M)
        down.addWidget(self.rows)
        down.addWidget(column(label(words("goods.doubts"), "strong"), self.problems))
        down.setSizes([330, 190])
        head = row(self.file, None, self.taken, self.open, self.known, self.bad, spacing=SPACE_L)
        work = column(head, self.hint, down, spacing=SPACE_M)
        inside = work.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.setStretch(2, 1)
        self.pages = QStackedWidget()
        self.pages.addWidget(
            Empty(
                "file-spreadsheet",
                words("partners.choose"),
                words("partners.choose_hint"),
                action=words("goods.open"),
                pressed=self._open,
            )
        )
        self.pages.addWidget(work)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(row(label(words("price.org"), "muted"), self.org, None, spacing=SPACE_M))
        layout.addWidget(self.pages, 1)
        self._path: Path | None = None
        self.until_gone(self.model.watch(self._show))
        self._show()

    def shown(self, subject: str = "") -> None:
        if subject:
            self.org.set_value(subject)
        self.setFocus()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="goods.open", keys=("Ctrl+O",), run=self._open),
            Action(
                text="partners.take",
                keys=("F10",),
                run=self._take_all,
                is_enabled=lambda: bool(self.model.rows),
            ),
            Action(text="partners.back", keys=("F8",), run=lambda: self.frame.open("channel", "")),
        )

    def _open(self) -> None:
        choose_sheet(self, self.words("goods.open"), self.frame, self.open_file)

    async def open_file(self, path: Path) -> None:
        """Read a file from disk."""
        self._path = path
        await self.model.open(await read_sheet(self.frame.desk, path), path.name)

    def _take_all(self) -> None:
        self._once.start(self._take)

    def _choose_org(self, org_id: str) -> None:
        self.model.org_id = org_id
        if self._path is not None:
            self.frame.tasks.start(self.open_file(self._path))

    async def _take(self) -> None:
        taken = await self.model.take()
        self._path = None
        self.frame.say(self.words("partners.taken", n=taken), Tone.GOOD)
        self.frame.sync()
        self.frame.open("channel", "")

    def _show(self) -> None:
        model = self.model
        self.pages.setCurrentIndex(1 if model.file_name else 0)
        self.file.setText(model.file_name)
        self.rows.set_rows(model.rows)
        self.problems.set_rows(model.problems)
        set_figure(self.taken, f"{len(model.rows):,}")
        set_figure(self.known, f"{model.known:,}")
        tone = Tone.WAITING if model.undetermined else Tone.PLAIN
        set_figure(self.open, f"{model.undetermined:,}", tone)
        self.hint.setVisible(bool(model.undetermined))
        set_figure(self.bad, f"{sum(1 for _one, is_out in model.problems if is_out):,}")
        self.keys_changed()

    def _columns(self) -> list[Column]:
        words = self.words

        def text(key: str, get: object, width: int, *, stretches: bool = False) -> Column:
            return Column(
                key=key,
                title=words(f"channel.{key}"),
                get=get,  # type: ignore[arg-type]
                width=width,
                stretches=stretches,
            )

        return [
            Column(
                key="row",
                title=words("goods.row"),
                get=lambda one: one.row_number,
                kind=Kind.COUNT,
                width=60,
            ),
            text("code", lambda one: one.account.account_id, 150),
            text("name", lambda one: one.account.name, 200, stretches=True),
            text(
                "level",
                lambda one: self._levels.get(one.account.level_id, "") or words("channel.not_said"),
                100,
            ),
            text(
                "region",
                lambda one: (
                    self._regions.get(one.account.region_id, "") or words("channel.not_said")
                ),
                110,
            ),
            Column(
                key="limit",
                title=words("channel.limit_cny"),
                get=lambda one: one.account.credit_limit_minor,
                kind=Kind.MONEY,
                width=120,
                has_total=True,
            ),
            Column(
                key="terms",
                title=words("channel.terms_days"),
                get=lambda one: one.account.terms_days,
                kind=Kind.COUNT,
                width=80,
            ),
        ]

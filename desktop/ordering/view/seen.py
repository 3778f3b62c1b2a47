"""What head office sees of me: counted from the scope rules, not promised in prose."""

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.ordering.usecases.seen import SeenTable, seen_documents, seen_tables
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from desktop.ui.table.columns import Column, Kind
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, Tone
from desktop.ui.widgets import Banner, Empty, column, label


class SeenScreen(Screen):
    """Two tables: rows others can look at, and documents that went up."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        self.tables = Table(
            frame,
            "seen",
            [
                Column(
                    key="what",
                    title=words("seen.what"),
                    get=lambda one: words.of("seen.table", one.table),
                    stretches=True,
                ),
                Column(
                    key="rows",
                    title=words("seen.rows"),
                    get=lambda one: one.rows,
                    kind=Kind.COUNT,
                    width=110,
                ),
                Column(
                    key="office",
                    title=words("seen.office"),
                    get=lambda one: one.seen_by_office,
                    kind=Kind.COUNT,
                    width=130,
                    tone=lambda one: Tone.WAITING if one.seen_by_office else Tone.GOOD,
                ),
                Column(
                    key="upstream",
                    title=words("seen.upstream"),
                    get=lambda one: one.seen_by_upstream,
                    kind=Kind.COUNT,
                    width=150,
                ),
                Column(
                    key="who",
                    title=words("seen.who"),
                    get=self._who,
                    width=220,
                ),
            ],
            empty=Empty("shield-check", words("seen.nothing")),
            can_filter=False,
        )
        self.documents = Table(
            frame,
            "seen_documents",
            [
                Column(
                    key="kind",
                    title=words("seen.kind"),
                    get=lambda one: words.of("kind", one.kind),
                    stretches=True,
                ),
                Column(
                    key="written",
                    title=words("seen.written"),
                    get=lambda one: one.written,
                    kind=Kind.COUNT,
                    width=130,
                    has_total=True,
                ),
                Column(
                    key="sent",
                    title=words("seen.sent"),
                    get=lambda one: one.sent,
                    kind=Kind.COUNT,
                    width=130,
                    has_total=True,
                ),
            ],
            empty=Empty("shield-check", words("seen.nothing")),
            can_filter=False,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        self.told = Banner()
        layout.addWidget(self.told)
        self.told.say(words("seen.told"), Tone.ACCENT)
        self.tabs = QTabWidget()
        self.tabs.addTab(self._page(self.tables, "seen.tables_hint"), words("seen.tables"))
        self.tabs.addTab(self._page(self.documents, "seen.documents_hint"), words("seen.documents"))
        layout.addWidget(self.tabs, 1)

    def _page(self, table: Table, hint: str) -> QWidget:
        told = label(self.words(hint), "muted")
        told.setWordWrap(True)
        return column(SPACE_M, told, table)

    def _who(self, one: SeenTable) -> str:
        key = "seen.by_office" if one.seen_by_office else "seen.by_nobody"
        if one.seen_by_office and one.seen_by_office < one.rows:
            key = "seen.by_office_partly"
        return self.words(key)

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="seen.refresh", keys=("F5",), run=self._load),
            Action(text="seen.swap", keys=("Tab",), run=self._swap, in_line=False),
        )

    def shown(self, subject: str = "") -> None:
        self._load()
        self.tables.view.setFocus()

    def _swap(self) -> None:
        self.tabs.setCurrentIndex(1 - self.tabs.currentIndex())

    def _load(self) -> None:
        self.frame.tasks.start(self._read())

    async def _read(self) -> None:
        desk = self.frame.desk
        schema = desk.store.local.layout.schema
        site_id = self.frame.person.site_id
        self.tables.set_rows(await desk.fetch(seen_tables, schema, site_id))
        self.documents.set_rows(await desk.fetch(seen_documents))

"""The one place of colours, sizes and type: tokens, and the style sheet made of them."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from desktop.ui.fonts import FAMILY


class Scheme(StrEnum):
    """The two looks."""

    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """What a colour means: green sent or good, amber waiting, red needs a person."""

    PLAIN = "plain"
    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"
    ACCENT = "accent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Colours of one scheme, as ``#rrggbb``."""

    window: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    waiting: str
    waiting_soft: str
    bad: str
    bad_soft: str
    row_over: str

    def tone(self, tone: Tone) -> str:
        """The text colour of a tone."""
        return {
            Tone.PLAIN: self.text,
            Tone.GOOD: self.good,
            Tone.WAITING: self.waiting,
            Tone.BAD: self.bad,
            Tone.ACCENT: self.accent,
        }[tone]

    def soft(self, tone: Tone) -> str:
        """The background that goes with a tone."""
        return {
            Tone.PLAIN: self.raised,
            Tone.GOOD: self.good_soft,
            Tone.WAITING: self.waiting_soft,
            Tone.BAD: self.bad_soft,
            Tone.ACCENT: self.accent_soft,
        }[tone]


LIGHT: Final = Tokens(
    window="#F6F7F9",
    surface="#FFFFFF",
    raised="#EEF0F3",
    line="#E2E5EA",
    text="#1A1D21",
    muted="#5B6470",
    accent="#1F5FD6",
    on_accent="#FFFFFF",
    accent_soft="#E4EDFC",
    good="#17703F",
    good_soft="#E1F3E8",
    waiting="#8A5300",
    waiting_soft="#FCEFD6",
    bad="#B3261E",
    bad_soft="#FBE5E3",
    row_over="#F3F5F8",
)
DARK: Final = Tokens(
    window="#131518",
    surface="#1B1E22",
    raised="#262A30",
    line="#2B3036",
    text="#E7E9EC",
    muted="#9AA3AE",
    accent="#6EA0FF",
    on_accent="#0E1116",
    accent_soft="#1F2D47",
    good="#5CCB8B",
    good_soft="#17301F",
    waiting="#E8B45A",
    waiting_soft="#352A14",
    bad="#FF8A80",
    bad_soft="#3A1F1E",
    row_over="#20242A",
)
TOKENS: Final = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}

GRID: Final = 4
SPACE_S, SPACE_M, SPACE_L, SPACE_XL, SPACE_XXL = 8, 12, 16, 24, 32
RADIUS: Final = 6
ROW: Final = 32
ROW_COMPACT: Final = 26
TARGET: Final = 32
TARGET_TILL: Final = 44
SMALL, BODY, STRONG, TITLE, BIG, TOTAL = 12, 13, 15, 18, 24, 40
"""Type sizes in pixels; the last is the till's total."""


_FONT_SIZE: Final = re.compile(r"font-size: (\d+)px")


def _scaled_size(found: re.Match[str]) -> str:
    return f"font-size: {scaled(int(found[1]))}px"


def scheme_of_system() -> Scheme:
    """What the system asks for."""
    hints = QApplication.styleHints()
    return Scheme.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Scheme.LIGHT


def scaled(size_px: int) -> int:
    """A size that goes with the text, at the scale the person chose."""
    application = QApplication.instance()
    percent = application.property("text_percent") if application else None
    return size_px * int(percent or 100) // 100


def dress(application: QApplication, scheme: Scheme, *, percent: int = 0) -> Tokens:
    """Give the whole program one look; ``percent`` is the size of its text, 0 = as it is."""
    tokens = TOKENS[scheme]
    if percent:
        application.setProperty("text_percent", percent)
    look = f"{scheme.value} {application.property('text_percent')}"
    # Every widget is measured anew, which takes a third of a second: not for the look it has.
    if application.property("look") == look:
        return tokens
    application.setProperty("look", look)
    application.setStyle(QStyleFactory.create("Fusion"))
    application.setPalette(_palette(tokens))
    application.setFont(font(BODY))
    application.setStyleSheet(_FONT_SIZE.sub(_scaled_size, _sheet(tokens)))
    application.setProperty("scheme", scheme.value)
    return tokens


def tokens_now() -> Tokens:
    """The tokens of the look the program has."""
    application = QApplication.instance()
    scheme = application.property("scheme") if application else None
    return TOKENS[Scheme(scheme or Scheme.LIGHT)]


def font(size_px: int, *, is_bold: bool = False) -> QFont:
    """The one family, with figures of equal width."""
    made = QFont(FAMILY)
    made.setPixelSize(scaled(size_px))
    made.setWeight(QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)
    return made


def _palette(t: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, t.window),
        (role.Base, t.surface),
        (role.AlternateBase, t.row_over),
        (role.Text, t.text),
        (role.WindowText, t.text),
        (role.Button, t.surface),
        (role.ButtonText, t.text),
        (role.Highlight, t.accent_soft),
        (role.HighlightedText, t.text),
        (role.ToolTipBase, t.raised),
        (role.ToolTipText, t.text),
        (role.PlaceholderText, t.muted),
        (role.Link, t.accent),
        (role.Mid, t.line),
        (role.Midlight, t.line),
        (role.Dark, t.line),
        (role.Light, t.surface),
        (role.Accent, t.accent),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(t.muted))
    return palette


def _sheet(t: Tokens) -> str:
    return f"""
    QWidget {{ color: {t.text}; }}
    QMainWindow, #page {{ background: {t.window}; }}
    #rail {{ background: {t.surface}; border-right: 1px solid {t.line}; }}
    #header, #statusbar {{ background: {t.surface}; }}
    #header {{ border-bottom: 1px solid {t.line}; }}
    #statusbar {{ border-top: 1px solid {t.line}; }}
    #sheet {{ background: {t.surface}; border-left: 1px solid {t.line}; }}
    #card {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    #card[pressable="true"]:hover {{ border-color: {t.accent}; }}
    #card:focus {{ border: 2px solid {t.accent}; }}
    #panel {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 10px; }}
    #shade {{ background: {_alpha(t)}; }}
    #keyline {{ background: {t.surface}; border-top: 1px solid {t.line}; }}
    #key {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 4px;
            padding: 0 5px; color: {t.text}; font-size: {SMALL}px; }}
    #choice {{ border-radius: {RADIUS}px; }}
    #choice:hover {{ background: {t.row_over}; }}
    #choice[chosen="true"] {{ background: {t.accent_soft}; }}
    #muted {{ color: {t.muted}; }}
    #small {{ color: {t.muted}; font-size: {SMALL}px; }}
    #strong {{ font-size: {STRONG}px; font-weight: 600; }}
    #title {{ font-size: {TITLE}px; font-weight: 600; }}
    #big {{ font-size: {BIG}px; font-weight: 600; }}
    #total {{ font-size: {TOTAL}px; font-weight: 600; }}
    QLabel[tone="good"], #muted[tone="good"], #small[tone="good"] {{ color: {t.good}; }}
    QLabel[tone="waiting"], #muted[tone="waiting"], #small[tone="waiting"] {{
        color: {t.waiting}; }}
    QLabel[tone="bad"], #muted[tone="bad"], #small[tone="bad"] {{ color: {t.bad}; }}
    QLabel[tone="accent"], #muted[tone="accent"], #small[tone="accent"] {{ color: {t.accent}; }}
    QLabel[pill="good"] {{ color: {t.good}; background: {t.good_soft}; }}
    QLabel[pill="waiting"] {{ color: {t.waiting}; background: {t.waiting_soft}; }}
    QLabel[pill="bad"] {{ color: {t.bad}; background: {t.bad_soft}; }}
    QLabel[pill="accent"] {{ color: {t.accent}; background: {t.accent_soft}; }}
    QLabel[pill="plain"] {{ color: {t.muted}; background: {t.raised}; }}
    QLabel[pill] {{ border-radius: 8px; padding: 2px 8px; font-size: {SMALL}px; }}
    #banner[tone="good"] {{ background: {t.good_soft}; color: {t.good}; }}
    #banner[tone="waiting"] {{ background: {t.waiting_soft}; color: {t.waiting}; }}
    #banner[tone="bad"] {{ background: {t.bad_soft}; color: {t.bad}; }}
    #banner[tone="accent"], #banner[tone="plain"] {{
        background: {t.accent_soft}; color: {t.accent}; }}
    #banner {{ border-radius: {RADIUS}px; padding: 8px 12px; }}
    QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDateEdit, QDateTimeEdit {{
        background: {t.surface}; border: 1px solid {t.line}; border-radius: {RADIUS}px;
        padding: 4px 8px; min-height: 22px;
        selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus,
    QDateEdit:focus, QDateTimeEdit:focus {{
        border: 2px solid {t.accent}; padding: 3px 7px; }}
    QLineEdit[bad="true"] {{ border-color: {t.bad}; }}
    QLineEdit[size="big"] {{ font-size: {BIG}px; min-height: 40px; }}
    QLineEdit:disabled, QComboBox:disabled {{ color: {t.muted}; background: {t.window}; }}
    QComboBox::drop-down {{ border: none; width: 22px; }}
    QComboBox::down-arrow {{ image: url("{_picture("chevron-down", t.muted)}");
        width: 14px; height: 14px; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.line};
        outline: 0; }}
    QPushButton {{ background: {t.surface}; border: 1px solid {t.line};
        border-radius: {RADIUS}px; padding: 4px 14px; min-height: 22px; }}
    QPushButton:hover {{ background: {t.row_over}; }}
    QPushButton:pressed {{ background: {t.raised}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 3px 13px; }}
    QPushButton:disabled {{ color: {t.muted}; background: {t.window}; }}
    QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent};
        border-color: {t.accent}; font-weight: 600; }}
    QPushButton[kind="primary"]:focus {{ border: 2px solid {t.text}; }}
    QPushButton[kind="primary"]:disabled {{ background: {t.raised}; color: {t.muted};
        border-color: {t.line}; }}
    QPushButton[kind="danger"] {{ color: {t.bad}; border-color: {t.bad}; }}
    QPushButton[kind="flat"] {{ border-color: transparent; background: transparent; }}
    QPushButton[kind="flat"]:hover {{ background: {t.row_over}; }}
    QPushButton[side="left"] {{ text-align: left; }}
    QPushButton[kind="rail"] {{ border: none; border-radius: {RADIUS}px; text-align: left;
        padding: 0 10px; min-height: {TARGET}px; background: transparent; color: {t.muted}; }}
    QPushButton[kind="rail"]:hover {{ background: {t.row_over}; color: {t.text}; }}
    QPushButton[kind="rail"]:checked {{ background: {t.accent_soft}; color: {t.accent};
        font-weight: 600; }}
    QPushButton[kind="rail"]:focus {{ border: 2px solid {t.accent}; padding: 0 8px; }}
    QTableView, QTreeView, QListView {{ background: {t.surface}; border: none;
        gridline-color: {t.line}; outline: 0; selection-background-color: {t.accent_soft}; }}
    QTableView::item {{ padding: 0 6px; border: none; }}
    QTableView::item:selected {{ background: {t.accent_soft}; }}
    QTableView::item:focus {{ border: 1px solid {t.accent}; }}
    QTreeView::item {{ padding: 0 6px; min-height: 28px; border: none; }}
    QTreeView::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    QHeaderView {{ background: {t.surface}; }}
    QHeaderView::section {{ background: {t.surface}; color: {t.muted}; border: none;
        border-bottom: 1px solid {t.line}; padding: 6px 8px; font-size: {SMALL}px; }}
    QTableCornerButton::section {{ background: {t.surface}; border: none; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle {{ background: {t.line}; border-radius: 4px; min-height: 28px;
        min-width: 28px; margin: 1px; }}
    QScrollBar::handle:hover {{ background: {t.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ border: none; background: transparent; }}
    QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        padding: 4px 6px; }}
    QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: 4px; }}
    QMenu::item {{ padding: 6px 20px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {t.accent_soft}; }}
    QCheckBox, QRadioButton {{ spacing: 8px; min-height: 24px; }}
    QCheckBox::indicator, QTableView::indicator, QListView::indicator {{ width: 16px;
        height: 16px; border: 1px solid {t.muted}; border-radius: 4px; background: {t.surface}; }}
    QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked {{
        background: {t.accent}; border-color: {t.accent};
        image: url("{_picture("check", t.on_accent)}"); }}
    QCheckBox::indicator:focus {{ border: 2px solid {t.accent}; }}
    QCheckBox:disabled {{ color: {t.muted}; }}
    QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 7px 14px;
        border: none; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {t.accent}; border-bottom-color: {t.accent};
        font-weight: 600; }}
    QTabBar::tab:focus {{ color: {t.text}; border-bottom-color: {t.text}; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
    QProgressBar {{ background: {t.raised}; border: none; border-radius: 3px; height: 6px;
        text-align: center; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    QSplitter::handle {{ background: transparent; }}
    """


def _picture(name: str, colour: str) -> str:
    """A tinted icon as a file, since style sheets take pictures only from files; '' on a disk that
    takes nothing, which costs the picture."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.TempLocation))
    path = folder / f"qutong-{name}-{colour.removeprefix('#')}.svg"
    if not path.exists():
        drawing = files("resources.icons").joinpath(f"{name}.svg").read_text(encoding="utf-8")
        part = path.with_suffix(f".{os.getpid()}")
        try:
            part.write_text(drawing.replace("currentColor", colour), encoding="utf-8")
            part.replace(path)
        except OSError:
            with suppress(OSError):
                part.unlink()
            return ""
    return path.as_posix()


def _alpha(t: Tokens) -> str:
    return "rgba(10, 12, 16, 110)" if t is LIGHT else "rgba(0, 0, 0, 150)"

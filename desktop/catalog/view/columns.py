"""The columns of a sheet in a list, each with a choice of what it means."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.editors import Choice
from desktop.ui.theme import scaled
from desktop.ui.widgets import column, label, row


def columns_list(
    columns: Sequence[tuple[str, str]],
    choices: Sequence[tuple[str, str]],
    choose: Callable[[str, str], None],
) -> QWidget:
    """``columns`` are headers with what they are taken for; ``choose`` hears another meaning."""
    parts: list[QWidget | int | None] = []
    for header, field in columns:
        meant = Choice(header, choices, value=field)
        meant.picked.connect(partial(choose, header))
        named = label(header)
        named.setToolTip(header)
        named.setFixedWidth(scaled(100))
        line = row(named, meant)
        layout = line.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretch(1, 1)
        parts.append(line)
    return column(*parts, None, spacing=4)

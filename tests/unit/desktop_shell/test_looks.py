"""The two looks: every text can be read on its ground, and painting leaks nothing."""

import itertools
import os
import sys

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from desktop.ui.charts import Bar, BarChart, axis_lines, nice_range
from desktop.ui.theme import TOKENS, Scheme, Tokens, Tone, dress

READABLE = 4.5


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def pairs(t: Tokens) -> list[tuple[str, str, str]]:
    grounds = {"window": t.window, "surface": t.surface, "raised": t.raised, "over": t.row_over}
    texts = {"text": t.text, "muted": t.muted}
    found = [
        (f"{text} on {ground}", colour, below)
        for (text, colour), (ground, below) in itertools.product(texts.items(), grounds.items())
    ]
    found += [(f"{tone} on surface", t.tone(tone), t.surface) for tone in Tone]
    found += [(f"{tone} on window", t.tone(tone), t.window) for tone in Tone]
    found += [(f"{tone} on its soft ground", t.tone(tone), t.soft(tone)) for tone in Tone]
    found.append(("text on a chosen row", t.text, t.accent_soft))
    found += [(f"{tone} on a chosen row", t.tone(tone), t.accent_soft) for tone in Tone]
    found.append(("muted on a chosen row", t.muted, t.accent_soft))
    found.append(("a primary button", t.on_accent, t.accent))
    return found


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_text_can_be_read_on_its_ground(scheme: Scheme) -> None:
    weak = [
        (name, round(contrast(text, ground), 2))
        for name, text, ground in pairs(TOKENS[scheme])
        if contrast(text, ground) < READABLE
    ]
    assert weak == []


def test_the_axis_of_an_empty_chart_says_nought_once() -> None:
    low, high, step = nice_range([1])
    assert axis_lines(low, high, step, lambda minor: f"{minor // 100:,}") == [(0, "0")]
    assert len(axis_lines(*nice_range([140_000]), lambda minor: f"{minor // 100:,}")) > 2


def test_two_thousand_paints_leave_no_reference_behind() -> None:
    application = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(application, QApplication)
    dress(application, Scheme.LIGHT)
    chart = BarChart(str, name="chart")
    chart.resize(320, 180)
    chart.set_bars([Bar(name=str(n), value=n * 100, told=str(n)) for n in range(6)])
    chart.grab()
    before = sys.getrefcount(None)
    for number in range(2_000):
        chart.point_at(number % 6)
        chart.grab()
    # A paint that drops a reference to None a time ends the program after some ten thousand.
    assert abs(sys.getrefcount(None) - before) < 200
    chart.deleteLater()


@pytest.mark.parametrize(
    ("values", "low", "high", "step"),
    [
        ([], 0, 1, 1),
        ([0, 0], 0, 1, 1),
        ([29_500, 100], 0, 30_000, 10_000),
        ([-1_200, 5_000], -2_000, 6_000, 2_000),
        ([7], 0, 7, 1),
    ],
)
def test_an_axis_goes_by_ones_twos_and_fives(
    values: list[int], low: int, high: int, step: int
) -> None:
    assert nice_range(values) == (low, high, step)

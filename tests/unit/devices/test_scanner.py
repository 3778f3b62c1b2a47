"""Scans are told from typing; no event is lost, none comes back twice, none is typed by a scan."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.devices.scanner import (
    KeyEvent,
    Outcome,
    Replay,
    Scan,
    ScanDecoder,
    ScannerSettings,
    scan_of,
    scans_of,
)

MS = 1_000


def keys(text: str, start_us: int, gap_us: int, end: str = "Enter") -> list[KeyEvent]:
    events = [KeyEvent(text=sign, at_us=start_us + at * gap_us) for at, sign in enumerate(text)]
    if end:
        events.append(KeyEvent(text="", key=end, at_us=start_us + len(text) * gap_us))
    return events


def decided(events: Sequence[KeyEvent], settings: ScannerSettings | None = None) -> list[Outcome]:
    """All outcomes, with the caller's timer firing where it is due."""
    decoder = ScanDecoder(settings)
    outcomes: list[Outcome] = []
    for event in events:
        deadline = decoder.deadline_us
        if deadline is not None and deadline < event.at_us:
            outcomes += decoder.expire(deadline)
        outcomes += decoder.feed(event)
    if (deadline := decoder.deadline_us) is not None:
        outcomes += decoder.expire(deadline)
    return outcomes


def typed(outcomes: Sequence[Outcome]) -> str:
    return "".join(
        one.event.text or f"<{one.event.key}>" for one in outcomes if isinstance(one, Replay)
    )


def test_two_hundred_scans_at_thirty_milliseconds_are_two_hundred_scans() -> None:
    events: list[KeyEvent] = []
    for number in range(200):
        events += keys(f"69012345{number:05d}", number * 30 * MS, MS)
    outcomes = decided(events)
    assert [scan.text for scan in scans_of(outcomes)] == [f"69012345{n:05d}" for n in range(200)]
    assert typed(outcomes) == ""


def test_a_scanner_with_a_key_every_thirty_milliseconds_is_still_one() -> None:
    assert decided(keys("6901", 0, 30 * MS)) == [Scan(text="6901", at_us=120 * MS)]


def test_what_a_person_types_comes_back_in_order() -> None:
    outcomes = decided(keys("2箱3支", 0, 120 * MS))
    assert scans_of(outcomes) == []
    assert typed(outcomes) == "2箱3支<Enter>"


def test_a_short_burst_is_typing() -> None:
    assert typed(decided(keys("12", 0, 5 * MS))) == "12<Enter>"


def test_a_quantity_typed_before_a_scan_is_no_part_of_it() -> None:
    events = [*keys("3*", 0, 150 * MS, end=""), *keys("6901234567892", 400 * MS, 2 * MS)]
    outcomes = decided(events)
    assert typed(outcomes) == "3*"
    assert [scan.text for scan in scans_of(outcomes)] == ["6901234567892"]


def test_a_fast_burst_without_an_end_is_given_back_when_its_time_is_over() -> None:
    decoder = ScanDecoder()
    events = keys("6901", 0, MS, end="")
    assert [decoder.feed(event) for event in events] == [(), (), (), ()]
    deadline = decoder.deadline_us
    assert deadline == 3 * MS + 35 * MS
    assert decoder.expire(deadline - 1) == ()
    assert typed(decoder.expire(deadline)) == "6901"
    assert decoder.deadline_us is None


def test_an_enter_long_after_the_digits_is_a_persons() -> None:
    events = [*keys("1234", 0, MS, end=""), KeyEvent(text="", key="Enter", at_us=500 * MS)]
    assert typed(decided(events)) == "1234<Enter>"


def test_a_function_key_in_between_gives_everything_back_in_order() -> None:
    events = [*keys("690", 0, MS, end=""), KeyEvent(text="", key="F9", at_us=3 * MS)]
    assert typed(decided(events)) == "690<F9>"


def test_a_capital_with_its_shift_key_belongs_to_the_scan() -> None:
    events = [
        KeyEvent(text="", key="Shift", at_us=0),
        KeyEvent(text="V", at_us=1 * MS),
        KeyEvent(text="2", at_us=2 * MS),
        KeyEvent(text="8", at_us=3 * MS),
        KeyEvent(text="", key="Shift", at_us=4 * MS),
        KeyEvent(text="C", at_us=5 * MS),
        KeyEvent(text="", key="Tab", at_us=6 * MS),
    ]
    assert [scan.text for scan in scans_of(decided(events))] == ["V28C"]


def test_full_width_keys_of_an_input_method_are_read_as_the_code() -> None:
    assert scans_of(decided(keys("Ｖ２８３４Ｃ", 0, MS)))[0].text == "V2834C"
    at_once = [KeyEvent(text="６９０１２", at_us=0), KeyEvent(text="", key="Enter", at_us=MS)]
    assert scans_of(decided(at_once))[0].text == "69012"


def test_a_prefix_makes_short_codes_scans_and_typing_undelayed() -> None:
    settings = ScannerSettings(prefix="~")
    assert scans_of(decided(keys("~A1", 0, 100 * MS), settings))[0].text == "A1"
    decoder = ScanDecoder(settings)
    assert typed(decoder.feed(KeyEvent(text="6", at_us=0))) == "6"
    assert typed(decided(keys("690123", 0, MS), settings)) == "690123<Enter>"


def test_a_prefix_alone_is_typing() -> None:
    assert typed(decided(keys("~", 0, MS), ScannerSettings(prefix="~"))) == "~<Enter>"


@pytest.mark.parametrize(
    ("raw", "text", "symbology"),
    [
        ("]E06901234567892", "6901234567892", "E0"),
        ("]d20106901234567892\x1d10LOT", "0106901234567892\x1d10LOT", "d2"),
        ("６９０\x02\x03", "690", ""),
        (" HJJ-1 ", "HJJ-1", ""),
    ],
)
def test_marks_of_the_symbology_and_controls_are_no_part_of_the_code(
    raw: str, text: str, symbology: str
) -> None:
    assert scan_of(raw, 7) == Scan(text=text, at_us=7, symbology=symbology)


@st.composite
def streams(draw: st.DrawFn) -> list[KeyEvent]:
    at_us, events = 0, []
    for _ in range(draw(st.integers(0, 40))):
        at_us += draw(st.sampled_from((0, MS, 30 * MS, 35 * MS, 36 * MS, 200 * MS, 900 * MS)))
        key = draw(st.sampled_from(("", "", "", "", "Enter", "Tab", "Shift", "F9")))
        text = "" if key else draw(st.sampled_from("0123456789AZ~玫９"))
        events.append(KeyEvent(text=text, key=key, at_us=at_us))
    return events


def _parts(outcomes: Sequence[Outcome]) -> Iterator[KeyEvent]:
    for outcome in outcomes:
        if isinstance(outcome, Replay):
            yield outcome.event


@given(streams(), st.sampled_from(("", "~", "~~")))
def test_each_event_comes_back_once_or_is_part_of_a_scan_and_order_is_kept(
    events: list[KeyEvent], prefix: str
) -> None:
    settings = ScannerSettings(prefix=prefix)
    outcomes = decided(events, settings)
    replayed = list(_parts(outcomes))
    # The very same events, in their order, without those that scans took.
    rest = iter(events)
    assert all(any(event is one for one in rest) for event in replayed)
    taken = [event for event in events if not any(event is one for one in replayed)]
    if prefix:
        ends = [event for event in taken if event.key in settings.suffixes]
        assert len(ends) == len(scans_of(outcomes))
    else:
        raw = "".join(event.text for event in taken)
        read = "".join(scan.text for scan in scans_of(outcomes))
        assert scan_of(raw, 0).text == read


@given(st.lists(st.tuples(st.booleans(), st.text("0123456789", min_size=4, max_size=14))))
def test_scans_among_typing_are_told_apart_whatever_the_order(
    pieces: list[tuple[bool, str]],
) -> None:
    at_us, events = 0, []
    for is_scan, text in pieces:
        at_us += 400 * MS
        gap_us = 2 * MS if is_scan else 90 * MS
        events += keys(text, at_us, gap_us)
        at_us = events[-1].at_us
    outcomes = decided(events)
    assert [scan.text for scan in scans_of(outcomes)] == [text for is_it, text in pieces if is_it]
    assert typed(outcomes) == "".join(f"{text}<Enter>" for is_it, text in pieces if not is_it)

"""The columns of people and of devices."""

from collections.abc import Callable

from desktop.ui.frame import Frame
from desktop.ui.table.columns import Column, Kind
from desktop.ui.theme import Tone
from desktop.words import formats
from shared.reporting.queries.devices import DeviceLine, DeviceState
from shared.reporting.queries.people import PersonLine

TONES = {
    DeviceState.ACTIVE: Tone.GOOD,
    DeviceState.QUIET: Tone.WAITING,
    DeviceState.INVITED: Tone.ACCENT,
    DeviceState.REVOKED: Tone.BAD,
    DeviceState.REFUSED: Tone.BAD,
}


def people_columns(frame: Frame, site_name: Callable[[str], str]) -> list[Column]:
    """Who signs in where, and how long."""
    words = frame.words
    return [
        Column(key="name", title=words("people.name"), get=lambda one: one.name, width=170),
        Column(
            key="user",
            title=words("people.user"),
            get=lambda one: one.user_id,
            width=176,
            # A shop does not give ids out: its people are known by name.
            is_shown=frame.person.device_type == "hq",
        ),
        Column(
            key="role",
            title=words("people.role"),
            get=lambda one: words.of("role", one.role),
            width=110,
        ),
        Column(
            key="where",
            title=words("people.where"),
            get=lambda one: _where(frame, one, site_name),
            stretches=True,
        ),
        Column(
            key="pin",
            title=words("people.pin_column"),
            get=lambda one: one.has_pin,
            kind=Kind.CHECK,
            width=60,
        ),
        Column(
            key="until",
            title=words("people.until"),
            get=lambda one: one.until_at_us or None,
            kind=Kind.INSTANT,
            zone=frame.person.zone,
            width=130,
            is_shown=False,
        ),
        Column(
            key="state",
            title=words("devices.state"),
            get=lambda one: words("people.is_active" if one.is_active else "people.is_out"),
            width=80,
            tone=lambda one: None if one.is_active else Tone.BAD,
        ),
    ]


def _where(frame: Frame, one: PersonLine, site_name: Callable[[str], str]) -> str:
    comma = frame.words("names.comma")
    return comma.join(dict.fromkeys(site_name(grant.site_id) for grant in one.grants))


def device_columns(frame: Frame) -> list[Column]:
    """Which devices are trusted, and when they were heard of last."""
    words, zone = frame.words, frame.person.zone
    return [
        Column(
            key="device",
            title=words("devices.device"),
            get=lambda one: one.device_id,
            width=120,
        ),
        Column(
            key="site",
            title=words("devices.site"),
            get=lambda one: one.site_name or words("people.head_office"),
            stretches=True,
        ),
        Column(
            key="type",
            title=words("devices.type"),
            get=lambda one: words.of("device.type", one.device_type),
            width=120,
        ),
        Column(
            key="state",
            title=words("devices.state"),
            get=lambda one: _state(frame, one),
            width=190,
            tone=lambda one: TONES.get(one.state),
        ),
        Column(
            key="seen",
            title=words("board.seen"),
            get=lambda one: one.seen_at_us or None,
            kind=Kind.INSTANT,
            zone=zone,
            width=140,
        ),
        Column(
            key="unsent",
            title=words("board.unsent"),
            get=lambda one: one.unsent or None,
            kind=Kind.COUNT,
            width=70,
        ),
        Column(
            key="program", title=words("devices.program"), get=lambda one: one.program, width=90
        ),
    ]


def _state(frame: Frame, one: DeviceLine) -> str:
    words = frame.words
    state = words(f"devices.state.{one.state.value}")
    if one.state is DeviceState.INVITED:
        at = formats.short_instant(one.expires_at_us, frame.desk.now_us, frame.person.zone)
        return f"{state} · {words('devices.till', at=at)}"
    if one.code:
        return f"{state} · {words.sentence(one.code, {'device': one.device_id})}"
    return state

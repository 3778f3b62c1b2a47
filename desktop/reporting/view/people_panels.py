"""What the people screen asks for: a person with grants, a PIN, a device, a reason; a code."""

from collections.abc import Callable, Coroutine
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.reporting.model.people import LEVELS, ROLES, Devices, People
from desktop.reporting.usecases.devices import Invitation
from desktop.ui.actions import Action
from desktop.ui.editors import Choice
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.theme import SPACE_S, Tone
from desktop.ui.widgets import Field, button, form_row, label, row
from desktop.words import formats
from shared.access.documents import Grant
from shared.access.rules import GrantLevel, Role
from shared.channel.rules import DEVICE_TYPES, STAFF_ROLES
from shared.core.errors import RuleViolation
from shared.reporting.queries.devices import DeviceLine
from shared.reporting.queries.people import PersonLine

GRANTS_HEIGHT = 190


class Keyed(NamedTuple):
    """A person as keyed."""

    user_id: str
    name: str
    role: str
    grants: tuple[Grant, ...]


class PersonPanel(Panel):
    """Closed with ``Keyed``."""

    def __init__(self, frame: Frame, model: People, person: PersonLine | None) -> None:
        words = frame.words
        super().__init__(words("people.change" if person else "people.new"), width=680)
        self._frame, self._model, self._person = frame, model, person
        self.user = Field(words("people.user_hint"), text=person.user_id if person else "")
        self.name = Field(words("people.name_hint"), text=person.name if person else "")
        roles = [(one, words(f"role.{one}")) for one in ROLES]
        if person is not None and person.role not in ROLES:
            roles.append((person.role, words.of("role", person.role)))
        self.role = Choice(words("people.role"), roles, value=person.role if person else "clerk")
        self.hint = label("", "small")
        self.hint.setWordWrap(True)
        self._grants: list[_GrantRow] = []
        self._inside = QWidget()
        self._down = QVBoxLayout(self._inside)
        self._down.setContentsMargins(0, 0, 0, 0)
        self._down.setSpacing(SPACE_S)
        self._down.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFixedHeight(GRANTS_HEIGHT)
        area.setWidget(self._inside)
        if person is None:
            self.body.addWidget(form_row(words("people.user"), self.user, width=90))
        self.body.addWidget(form_row(words("people.name"), self.name, width=90))
        self.body.addWidget(form_row(words("people.role"), self.role, width=90))
        self.body.addWidget(self.hint)
        self.body.addWidget(
            row(
                label(words("people.grants"), "strong"),
                None,
                button(words("people.add_grant"), self._add_grant, icon_name="plus"),
            )
        )
        self.body.addWidget(area)
        go_on = button(words("channel.publish"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))
        self.role.picked.connect(lambda _one: self._show_hint())
        for grant in person.grants if person else (Grant(level=GrantLevel.ORDER),):
            self._put(grant)
        self._show_hint()

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="channel.publish", keys=("F10",), run=self._take),
            Action(text="people.add_grant", keys=("Ctrl+N",), run=self._add_grant),
        )

    def first_focus(self) -> QWidget:
        return self.name if self._person is not None else self.user

    def _show_hint(self) -> None:
        self.hint.setText(self._frame.words.of("role.hint", self.role.value))

    def _add_grant(self) -> None:
        self._put(Grant(level=GrantLevel.ORDER)).site.setFocus()

    def _put(self, grant: Grant) -> "_GrantRow":
        made = _GrantRow(self._frame, self._model, grant, self._drop)
        self._grants.append(made)
        self._down.insertWidget(self._down.count() - 1, made)
        return made

    def _drop(self, one: "_GrantRow") -> None:
        self._grants.remove(one)
        self._down.removeWidget(one)
        one.hide()
        one.deleteLater()

    def _take(self) -> None:
        user_id = self._person.user_id if self._person else self.user.text().strip()
        name = self.name.text().strip()
        for field, text in ((self.user, user_id), (self.name, name)):
            if not text:
                field.set_bad(True)
                field.setFocus()
                self._frame.tell(RuleViolation("USER_INCOMPLETE"))
                return
        grants = tuple(one.grant for one in self._grants)
        if self.role.value != Role.HEAD_OFFICE and any(not one.site_id for one in grants):
            self._frame.tell(RuleViolation("GRANT_WITHOUT_SITE"))
            return
        self.close_with(Keyed(user_id, name, self.role.value, grants))


class _GrantRow(QWidget):
    """Where, for which organisation, how far."""

    def __init__(
        self, frame: Frame, model: People, grant: Grant, drop: Callable[["_GrantRow"], None]
    ) -> None:
        super().__init__()
        words = frame.words
        sites = [("", words("people.head_office")), *model.sites]
        orgs = [("", words("channel.all_orgs")), *model.orgs]
        levels = [(one.value, words(f"level.{one.value}")) for one in LEVELS]
        self.site = Choice(words("people.site"), sites, value=grant.site_id)
        self.org = Choice(words("price.org"), orgs, value=grant.sales_org_id)
        self.level = Choice(words("people.level"), levels, value=grant.level)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        away = button("", lambda: drop(self), kind="flat", icon_name="trash-2")
        away.setAccessibleName(words("people.drop_grant"))
        layout.addWidget(row(self.site, self.org, self.level, None, away))

    @property
    def grant(self) -> Grant:
        return Grant(site_id=self.site.value, sales_org_id=self.org.value, level=self.level.value)


GivePin = Callable[[PersonLine, str], Coroutine[object, object, None]]
"""Writes a new PIN. Raises: RuleViolation PIN_BAD."""


class PinPanel(Panel):
    """Closed with True once the new PIN is written."""

    def __init__(self, frame: Frame, person: PersonLine, give: GivePin) -> None:
        words = frame.words
        super().__init__(words("people.pin_of", name=person.name))
        self._frame, self._person, self._give = frame, person, give
        told = label(words("people.pin_hint"), "muted")
        told.setWordWrap(True)
        self.pin = Field(words("people.pin_digits"))
        self.pin.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.pin.entered.connect(lambda _text: self._take())
        self.body.addWidget(told)
        self.body.addWidget(form_row(words("sign_in.pin"), self.pin, width=88))
        go_on = button(words("people.give_pin"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="people.give_pin", keys=("F10",), run=self._take),)

    def _take(self) -> None:
        if self.pin.text():
            self._frame.tasks.start(self._write())

    async def _write(self) -> None:
        """The panel stays until it is written: a PIN that is refused is typed again, and nobody
        believes it holds."""
        try:
            await self._give(self._person, self.pin.text())
        except RuleViolation as error:
            self.pin.set_bad(True)
            self.pin.setFocus()
            self._frame.tell(error)
            return
        self.close_with(True)

    def first_focus(self) -> QWidget:
        return self.pin


class Named(NamedTuple):
    """Somebody the founder named."""

    name: str
    role: str


class StaffPanel(Panel):
    """Somebody who works in the founder's shop; closed with ``Named`` once it is written."""

    def __init__(self, frame: Frame, model: People, *, without_own_pin: bool = False) -> None:
        words = frame.words
        super().__init__(words("people.new_staff"), width=520)
        self._frame, self._model = frame, model
        self._without_own_pin = without_own_pin
        self.name = Field(words("people.name_hint"))
        roles = [(one, words(f"role.{one}")) for one in STAFF_ROLES]
        self.role = Choice(words("people.role"), roles, value=STAFF_ROLES[0])
        self.hint = label("", "small")
        self.hint.setWordWrap(True)
        self.pin = Field(words("people.pin_digits"))
        self.pin.setEchoMode(QLineEdit.EchoMode.PasswordEchoOnEdit)
        self.pin.entered.connect(lambda _text: self._take())
        for key, field in (
            ("people.name", self.name),
            ("people.role", self.role),
            ("sign_in.pin", self.pin),
        ):
            self.body.addWidget(form_row(words(key), field, width=88))
        self.body.addWidget(self.hint)
        go_on = button(words("people.add_staff"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))
        self.role.picked.connect(lambda _one: self._show_hint())
        self._show_hint()

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="people.add_staff", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self.name

    def _show_hint(self) -> None:
        self.hint.setText(self._frame.words.of("role.hint", self.role.value))

    def _take(self) -> None:
        self._frame.tasks.start(self._write())

    async def _write(self) -> None:
        """The panel stays until the shop has it: a PIN that is too simple is typed again."""
        name = self.name.text().strip()
        try:
            await self._model.add_staff(
                name,
                self.role.value,
                self.pin.text(),
                without_own_pin=self._without_own_pin,
            )
        except RuleViolation as error:
            field = self.pin if error.code.startswith("PIN") else self.name
            field.set_bad(True)
            field.setFocus()
            self._frame.tell(error)
            return
        self.close_with(Named(name, self.role.value))


class Asked(NamedTuple):
    """A device that is to come."""

    device_type: str
    site_id: str
    tag: str


class InvitePanel(Panel):
    """Closed with ``Asked``."""

    def __init__(self, frame: Frame, model: Devices, beside: DeviceLine | None = None) -> None:
        """``beside``: the row the cursor is on; the next device is mostly of its site and kind."""
        words = frame.words
        super().__init__(words("devices.invite"), width=480)
        self._model = model
        kinds = [(one, words(f"device.type.{one}")) for one in DEVICE_TYPES]
        self.kind = Choice(words("devices.type"), kinds, value="till")
        self.site = Choice(words("devices.site"), model.sites)
        if beside is not None:
            self.kind.set_value(beside.device_type)
            self.site.set_value(beside.site_id)
        self.tag = Field(words("devices.tag_hint"))
        self.kind.picked.connect(lambda _one: self._suggest())
        self.site.picked.connect(lambda _one: self._suggest())
        self.tag.entered.connect(lambda _text: self._take())
        hint = label(words("devices.invite_hint"), "muted")
        hint.setWordWrap(True)
        self.body.addWidget(hint)
        self.body.addWidget(form_row(words("devices.type"), self.kind))
        self.body.addWidget(form_row(words("devices.site"), self.site))
        self.body.addWidget(form_row(words("devices.tag"), self.tag))
        go_on = button(words("devices.make_code"), self._take, kind="primary")
        self.body.addWidget(row(None, button(words("ask.back"), self.back), go_on))
        self._suggest()

    def key_actions(self) -> tuple[Action, ...]:
        return (Action(text="devices.make_code", keys=("F10",), run=self._take),)

    def first_focus(self) -> QWidget:
        return self.kind

    @property
    def _site_id(self) -> str:
        return "" if self.kind.value == "hq" else self.site.value

    def _suggest(self) -> None:
        self.site.setEnabled(self.kind.value != "hq")
        self.tag.setText(self._model.free_tag(self._site_id))

    def _take(self) -> None:
        self.close_with(Asked(self.kind.value, self._site_id, self.tag.text().strip()))


class CodePanel(Panel):
    """Shows a one-time code, large; it is never shown again."""

    def __init__(self, frame: Frame, made: Invitation, where: str) -> None:
        words = frame.words
        super().__init__(words("devices.code"), width=520)
        self._frame, self.code = frame, made.code
        code = label(made.code, "total")
        code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        code.setProperty("data", True)
        until = formats.instant(made.expires_at_us, frame.person.zone)
        hint = label(words("devices.code_hint", where=where), "muted")
        hint.setWordWrap(True)
        self.body.addWidget(hint)
        self.body.addSpacing(SPACE_S)
        self.body.addWidget(code)
        self.body.addSpacing(SPACE_S)
        self.body.addWidget(label(words("devices.until", at=until), "strong"))
        once = label(words("devices.code_once"), tone=Tone.WAITING)
        once.setWordWrap(True)
        self.body.addWidget(once)
        self._done = button(words("devices.done"), self.back, kind="primary")
        copy = button(words("devices.copy"), self._copy, icon_name="copy")
        self.body.addWidget(row(None, copy, self._done))

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="devices.copy", keys=("Ctrl+C",), run=self._copy),
            Action(text="devices.done", keys=("Return",), run=self.back),
        )

    def first_focus(self) -> QWidget:
        return self._done

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code)
        self._frame.say(self._frame.words("devices.copied"), Tone.GOOD)


class RevokePanel(Panel):
    """Closed with the reason, after a second look at what it means."""

    def __init__(self, frame: Frame, device: DeviceLine) -> None:
        words = frame.words
        super().__init__(words("devices.revoke_of", device=device.device_id), width=520)
        self._frame = frame
        self._is_second = False
        self.facts = label(_facts(frame, device))
        self.facts.setWordWrap(True)
        self.reason = Field(words("devices.reason_hint"))
        self.reason.entered.connect(lambda _text: self._go())
        self.warning = label(words("devices.revoke_warning"), tone=Tone.BAD)
        self.warning.setWordWrap(True)
        self.warning.setVisible(False)
        self.body.addWidget(self.facts)
        self.body.addWidget(form_row(words("devices.reason"), self.reason, width=72))
        self.body.addWidget(self.warning)
        self._button = button(words("devices.look"), self._go)
        self.body.addWidget(row(None, button(words("ask.back"), self.back), self._button))

    def key_actions(self) -> tuple[Action, ...]:
        text = "devices.revoke" if self._is_second else "devices.look"
        return (Action(text=text, keys=("F10",), run=self._go),)

    def first_focus(self) -> QWidget:
        return self.reason

    def _go(self) -> None:
        reason = self.reason.text().strip()
        if not reason:
            self.reason.set_bad(True)
            self._frame.tell(RuleViolation("REASON_MISSING"))
            return
        if self._is_second:
            self.close_with(reason)
            return
        self._is_second = True
        self.warning.setVisible(True)
        self.reason.setReadOnly(True)
        self._button.setText(self._frame.words("devices.revoke"))
        self._button.setProperty("kind", "danger")
        self._button.style().unpolish(self._button)
        self._button.style().polish(self._button)
        self._button.setFocus()


def _facts(frame: Frame, device: DeviceLine) -> str:
    words = frame.words
    kind = words.of("device.type", device.device_type)
    where = device.site_name or words("people.head_office")
    if not device.seen_at_us:
        return words("devices.facts_never", kind=kind, where=where)
    seen = formats.instant(device.seen_at_us, frame.person.zone)
    return words("devices.facts", kind=kind, where=where, seen=seen, unsent=device.unsent)

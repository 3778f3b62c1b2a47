"""People and devices: who signs in where with which rights, and which devices are trusted."""

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.access.view.own_pin import SKIPPED, OwnPinPanel
from desktop.reporting.model.people import Devices, People, is_waiting
from desktop.reporting.view.people_columns import device_columns, people_columns
from desktop.reporting.view.people_panels import (
    CodePanel,
    InvitePanel,
    Keyed,
    Named,
    PersonPanel,
    PinPanel,
    RevokePanel,
    StaffPanel,
)
from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.question import Question
from desktop.ui.screen import Screen
from desktop.ui.table.fitting import GivingWay
from desktop.ui.table.table import Table
from desktop.ui.theme import SPACE_L, SPACE_M, SPACE_S, Tone
from desktop.ui.widgets import Banner, Empty, column, label, line, pill
from shared.access.documents import Grant
from shared.reporting.queries.devices import DeviceLine
from shared.reporting.queries.people import PersonLine


class PeopleScreen(Screen):
    """Two tabs: people, devices. A shop of its own sees its own people and nothing else."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        words = self.words
        is_office = frame.person.device_type == "hq"
        self.model = People(frame.desk, site_id="" if is_office else frame.person.site_id)
        self.devices = Devices(frame.desk)
        identity = frame.desk.store.identity
        is_joined = identity is not None and bool(identity.server_url)
        told = words("people.by_head_office" if is_joined else "people.alone")
        if self.model.may_name_staff:
            told = words("people.own_joined" if is_joined else "people.own_staff")
        self._told = "" if is_office else told
        self.banner = Banner(self._told)
        self.people_table = Table(
            frame,
            "people",
            people_columns(frame, self._site_name),
            empty=Empty("users", words("people.none"), words("people.none_hint")),
            title=words("people.tab"),
        )
        GivingWay(self.people_table, {"user": 860})
        self.people_table.activated.connect(self._show_person)
        self.device_table = Table(
            frame,
            "devices",
            device_columns(frame),
            empty=Empty("monitor-smartphone", words("devices.none"), words("devices.none_hint")),
            title=words("devices.tab"),
        )
        self.device_sums = label("", "muted")
        self.device_table.add_to_bar(self.device_sums)
        self.tabs = QTabWidget()
        for table, name in ((self.people_table, "people.tab"), (self.device_table, "devices.tab")):
            if table is self.people_table or is_office:
                page = QWidget()
                down = QVBoxLayout(page)
                down.setContentsMargins(0, SPACE_M, 0, 0)
                down.addWidget(table)
                self.tabs.addTab(page, words(name))
        self.tabs.currentChanged.connect(lambda _at: self._changed_tab())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.banner)
        layout.addWidget(self.tabs, 1)
        self.people_table.chosen.connect(lambda _one: self.keys_changed())
        self.device_table.chosen.connect(lambda _one: self.keys_changed())
        self.until_gone(self.model.watch(self._show))
        self.until_gone(self.devices.watch(self._show))
        self.watch(self._load, "user_account", "user_grant", "device", "device_invitation", "site")
        self._wanted = ""

    def shown(self, subject: str = "") -> None:
        if subject:
            self._wanted = subject
            self.tabs.setCurrentIndex(1)
        self._load()
        self._table.view.setFocus()

    @property
    def _is_devices(self) -> bool:
        return self.tabs.currentIndex() == 1

    @property
    def _table(self) -> Table:
        return self.device_table if self._is_devices else self.people_table

    def key_actions(self) -> tuple[Action, ...]:
        other = Action(text="people.other_tab", keys=("F6",), run=self._other_tab)
        if self.model.may_name_staff:
            return (
                Action(text="people.new_staff", keys=("N",), run=self._new_staff),
                Action(text="people.pin", keys=("P",), run=self._pin, is_enabled=self._has_pin),
                Action(
                    text="people.dismiss",
                    keys=("Delete",),
                    run=self._dismiss,
                    is_enabled=self._is_staff,
                ),
            )
        if not self.model.may_change:
            return ()
        if self._is_devices:
            return (
                Action(text="devices.invite", keys=("N",), run=self._invite),
                Action(
                    text="devices.revoke",
                    keys=("Delete",),
                    run=self._revoke,
                    is_enabled=lambda: (
                        isinstance(self.device_table.current, DeviceLine)
                        and self.device_table.current.is_trusted
                    ),
                ),
                Action(
                    text="devices.withdraw",
                    keys=("X",),
                    run=self._withdraw,
                    is_enabled=lambda: (
                        isinstance(self.device_table.current, DeviceLine)
                        and is_waiting(self.device_table.current)
                    ),
                ),
                other,
            )
        return (
            Action(text="people.new", keys=("N",), run=self._new),
            Action(text="people.change", keys=("E",), run=self._change),
            Action(text="people.pin", keys=("P",), run=self._pin),
            Action(text="people.active", keys=("Delete",), run=self._toggle_active),
            other,
        )

    # showing

    def _load(self) -> None:
        self.frame.tasks.start(self._load_all())

    async def _load_all(self) -> None:
        await self.model.load()
        if self.model.may_change:
            await self.devices.load()

    def _show(self) -> None:
        is_open = self.model.is_open
        self.banner.say(
            self.words("people.pin_open") if is_open else self._told,
            Tone.WAITING if is_open else Tone.ACCENT,
        )
        self.people_table.set_rows(self.model.people)
        self.device_table.set_rows(self.devices.devices)
        self.device_sums.setText(
            self.words("devices.sums", n=self.devices.trusted, quiet=self.devices.quiet)
        )
        if self._wanted and self.devices.devices:
            place = self.device_table.rows.place_of(lambda one: one.device_id == self._wanted)
            self._wanted = ""
            if place >= 0:
                self.device_table.go_to(place)
        self.keys_changed()

    def _changed_tab(self) -> None:
        self._table.view.setFocus()
        self.keys_changed()

    def _other_tab(self) -> None:
        self.tabs.setCurrentIndex(1 - self.tabs.currentIndex())

    def _show_person(self, one: PersonLine) -> None:
        words = self.words
        state = "people.is_active" if one.is_active else "people.is_out"
        parts = [
            pill(words(state), Tone.GOOD if one.is_active else Tone.BAD),
            label(words.of("role", one.role), "strong"),
            label(words.of("role.hint", one.role), "muted"),
            label(words("people.has_pin" if one.has_pin else "people.no_pin"), "muted"),
            line(),
        ]
        for grant in one.grants:
            told = label(self._grant_text(grant))
            told.setWordWrap(True)
            parts.append(told)
        for part in parts:
            if part.objectName() == "muted":
                part.setWordWrap(True)  # type: ignore[attr-defined]
        self.frame.show_sheet(column(*parts, None), one.name)

    def _grant_text(self, grant: Grant) -> str:
        org = self.model.org_names.get(grant.sales_org_id) or self.words("channel.all_orgs")
        site = self._site_name(grant.site_id)
        return f"{site} · {org} · {self.words.of('level', grant.level)}"

    def _site_name(self, site_id: str) -> str:
        if not site_id:
            return self.words("people.head_office")
        return self.model.site_names.get(site_id, site_id)

    # people

    def _new(self) -> None:
        self.frame.tasks.start(self._ask_person(None))

    def _change(self) -> None:
        if self.people_table.current is not None:
            self.frame.tasks.start(self._ask_person(self.people_table.current))

    async def _ask_person(self, person: PersonLine | None) -> None:
        keyed = await self.frame.ask(PersonPanel(self.frame, self.model, person))
        if not isinstance(keyed, Keyed):
            return
        is_active = person.is_active if person is not None else True
        await self.model.publish(*keyed, is_active=is_active, is_new=person is None)
        self._said("people.published", keyed.name)

    def _pin(self) -> None:
        if self.people_table.current is not None:
            self.frame.tasks.start(self._ask_pin(self.people_table.current))

    async def _ask_pin(self, person: PersonLine) -> None:
        if self.model.is_own(person) and not self.model.may_change:
            await self._ask_own_pin()
            return
        by_office = self.model.may_change
        give = self.model.give_pin if by_office else self.model.give_staff_pin
        if await self.frame.ask(PinPanel(self.frame, person, give)):
            self._said("people.pin_given" if by_office else "people.pin_given_here", person.name)

    # the shop's own staff

    async def _ask_own_pin(self, why: str = "") -> object:
        panel = OwnPinPanel(self.words, self.model.own_pin, self.frame.tasks, why=why)
        answer = await self.frame.ask(panel)
        if answer is True:
            self.frame.say(self.words("settings.pin_changed"), Tone.GOOD)
            await self.model.load()
        return answer

    def _has_pin(self) -> bool:
        one = self.people_table.current
        return isinstance(one, PersonLine) and (self.model.is_own(one) or self._is_staff())

    def _is_staff(self) -> bool:
        one = self.people_table.current
        return isinstance(one, PersonLine) and self.model.is_staff(one)

    def _new_staff(self) -> None:
        self.frame.tasks.start(self._ask_staff())

    async def _ask_staff(self) -> None:
        is_skipped = False
        if not self.model.own_pin.is_set:
            answer = await self._ask_own_pin(self.words("people.pin_first"))
            if not answer:
                return
            is_skipped = answer == SKIPPED
        panel = StaffPanel(self.frame, self.model, without_own_pin=is_skipped)
        keyed = await self.frame.ask(panel)
        if isinstance(keyed, Named):
            self._said("people.staff_added", keyed.name)

    def _dismiss(self) -> None:
        if self.people_table.current is not None:
            self.frame.tasks.start(self._ask_dismiss(self.people_table.current))

    async def _ask_dismiss(self, person: PersonLine) -> None:
        words = self.words
        sentences = [(words("people.dismiss_hint", name=person.name), Tone.PLAIN)]
        panel = Question(
            words, words("people.dismiss"), sentences, go_on="people.dismiss", kind="danger"
        )
        if await self.frame.ask(panel):
            await self.model.dismiss(person)
            self._said("people.dismissed", person.name)

    def _toggle_active(self) -> None:
        if self.people_table.current is not None:
            self.frame.tasks.start(self._ask_active(self.people_table.current))

    async def _ask_active(self, person: PersonLine) -> None:
        words = self.words
        if person.is_active:
            sentences = [(words("people.out_hint", name=person.name), Tone.PLAIN)]
            panel = Question(
                words, words("people.let_out"), sentences, go_on="people.let_out", kind="danger"
            )
            if not await self.frame.ask(panel):
                return
        await self.model.set_active(person, not person.is_active)
        self._said("people.is_out_now" if person.is_active else "people.is_in_now", person.name)

    def _said(self, key: str, name: str) -> None:
        self.frame.say(self.words(key, name=name), Tone.GOOD)
        self.frame.sync()

    # devices

    def _invite(self) -> None:
        self.frame.tasks.start(self._ask_invite())

    async def _ask_invite(self) -> None:
        is_listed = self.tabs.currentIndex() == 1
        beside = self.device_table.current if is_listed else None
        asked = await self.frame.ask(InvitePanel(self.frame, self.devices, beside))
        if asked is None:
            return
        made = await self.devices.invite(*asked)
        # The code is good once head office has it.
        self.frame.sync()
        where = self._site_name(asked.site_id)
        await self.frame.ask(CodePanel(self.frame, made, where))

    def _withdraw(self) -> None:
        self.frame.tasks.start(self._ask_withdraw(self.device_table.current))

    async def _ask_withdraw(self, device: DeviceLine) -> None:
        await self.devices.withdraw(device)
        self._said("devices.withdrawn", device.device_id)

    def _revoke(self) -> None:
        self.frame.tasks.start(self._ask_revoke(self.device_table.current))

    async def _ask_revoke(self, device: DeviceLine) -> None:
        reason = await self.frame.ask(RevokePanel(self.frame, device))
        if reason:
            await self.devices.revoke(device, reason)
            self._said("devices.revoked", device.device_id)

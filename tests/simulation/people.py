"""People at work: they press keys, sometimes twice, and press again after a crash."""

import random

from desktop.store.session import Session
from shared.core.errors import QutongError
from shared.core.ids import uuid7
from shared.sync.appending import AlreadyAppended
from tests.simulation.device import Form, SimDevice
from tests.simulation.selling import NothingToDo
from tests.simulation.stage import Broken, Stage
from tests.simulation.workload import Act, choose

_DEEDS_TRIED = 6


class NotDone(Exception):
    """The disk failed, and the person was told so."""


class People:
    """Whoever works at the devices of a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._chance = stage.chance

    def work(self, device: SimDevice) -> None:
        """Somebody does something: what was open when the process ended, or anything else."""
        form, device.open_form = device.open_form, None
        if form is not None:
            self._stage.fire("form repeated")
        for _ in range(_DEEDS_TRIED):
            try:
                self._submit(device, form or self._new_form(device))
            except NothingToDo:
                form = None
                continue
            return

    def do(self, device: SimDevice, act: Act) -> None:
        """Somebody does this, if it can be done just now and nothing else is open."""
        if device.open_form is not None:
            return
        author = self._chance.choice(device.place.people)
        uid = uuid7(self._stage.world.now_us, device.randomness)
        try:
            self._submit(device, self._form(act, author, uid))
        except NothingToDo:
            return

    def _new_form(self, device: SimDevice) -> Form:
        deed, author = choose(device.place.device_type, device.place.people, self._chance)
        uid = uuid7(self._stage.world.now_us, device.randomness)
        if deed.is_wrong:
            device.wrong.add(uid.hex())
        return self._form(deed.act, author, uid)

    def _form(self, act: Act, author: str, uid: bytes) -> Form:
        seed = self._chance.random()

        def usecase(session: Session) -> None:
            # From its own seed each time: a form says the same when it is submitted again.
            act(session, random.Random(seed), uid)

        return Form(act.__name__, author, usecase, uid)

    def _submit(self, device: SimDevice, form: Form) -> None:
        device.open_form = form
        try:
            is_done = self._stage.guarded(device, lambda: self._act(device, form))
        except NothingToDo:
            device.open_form = None
            raise
        except NotDone:
            if self._chance.random() < 0.2:
                device.open_form = None
            return
        if is_done or self._chance.random() < 0.5:
            device.open_form = None
        if is_done and self._chance.random() < 0.08:
            self._stage.fire("double submit")
            self._stage.guarded(device, lambda: self._press_again(device, form))

    def _act(self, device: SimDevice, form: Form) -> None:
        before = len(device.confirmed)
        try:
            device.run(form.author, form.usecase)
        except AlreadyAppended:
            self._stage.fire("already appended")
            self._stage.say(device.label, form.name, "already")
            return
        except QutongError as why:
            # Months are closed here while counts of them are under way.
            if why.code != "DETAIL_AT_HEAD_OFFICE" and not device.has_failed(why.code):
                raise Broken("use case", f"{device.label} {form.name}: {why}") from why
            # Nobody saw it done; who presses again must not make a second one.
            if why.code == "RECORDED_ONCE":
                device.recorded_once.add(form.uid.hex())
            self._stage.fire(f"told {why.code}")
            self._stage.say(device.label, form.name, why)
            raise NotDone from why
        new = device.confirmed[before:]
        self._stage.tally.documents += len(new)
        self._stage.fire(f"did {form.name}")
        slots = (f"{one.n}:{one.hash.hex()[:12]}" for one in new)
        self._stage.say(device.label, form.author, form.name, *slots)

    def _press_again(self, device: SimDevice, form: Form) -> None:
        try:
            device.run(form.author, form.usecase)
        except AlreadyAppended:
            return
        except NothingToDo:
            # The act itself made that it makes no sense a second time.
            return
        except QutongError as why:
            if device.has_failed(why.code):
                return
            raise
        raise Broken("T23", f"{device.label} did {form.name} twice")

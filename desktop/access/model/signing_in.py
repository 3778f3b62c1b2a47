"""Who works here from now on: the people of this device, one chosen, a PIN, how long to wait."""

from collections.abc import Callable, Sequence

from desktop.access.usecases import people, sign_in
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.access.queries import Person
from shared.core.errors import QutongError
from shared.core.text import fold

NUMBERED = 9
"""So many people have a digit of their own."""


class SignIn(Watched):
    """The people who may sign in here, and the one who does."""

    def __init__(self, desk: Desk, done: Callable[[str], None], *, chosen_id: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._done = done
        self._wanted = chosen_id
        self.people: Sequence[Person] = ()
        self.is_loaded = False
        self.typed = ""
        """Letters typed to find a person."""
        self.chosen: Person | None = None
        self.error: QutongError | None = None
        self.wait_s = 0
        """Seconds until the chosen person may try again."""
        self.is_busy = False

    async def load(self) -> None:
        """Read who may sign in; a single person without a PIN is in at once."""
        self.people = await self._desk.work(people, self._desk.store)
        self.is_loaded = True
        wanted = next((one for one in self.people if one.user_id == self._wanted), None)
        self._wanted = ""
        alone = self.people[0] if len(self.people) == 1 else None
        self.changed()
        if (first := wanted or alone) is not None:
            await self.choose(first)

    @property
    def shown(self) -> list[Person]:
        """Those whose name or id holds what was typed."""
        typed = fold(self.typed)
        return [one for one in self.people if typed in fold(f"{one.name} {one.user_id}")]

    def type(self, letter: str) -> None:
        """Narrow the people down by a letter."""
        self.typed += letter
        self.changed()

    def untype(self) -> None:
        """Take the last letter back."""
        self.typed = self.typed[:-1]
        self.changed()

    def numbered(self, number: int) -> Person | None:
        """The person with this digit, counted from 1."""
        return self.shown[number - 1] if 0 < number <= min(len(self.shown), NUMBERED) else None

    async def choose(self, person: Person) -> None:
        """This one signs in: at once without a PIN, else the PIN is asked for."""
        self.chosen, self.error, self.wait_s = person, None, 0
        self.changed()
        if not person.pin_hash:
            await self.submit("")

    def unchoose(self) -> bool:
        """Back to all people; False when they are all there already."""
        if self.chosen is None and not self.typed:
            return False
        self.chosen, self.error, self.typed, self.wait_s = None, None, "", 0
        self.changed()
        return True

    async def submit(self, pin: str) -> None:
        """Try this PIN."""
        if self.chosen is None or self.is_busy or self.wait_s:
            return
        self.is_busy = True
        self.changed()
        try:
            done = await self._desk.work(sign_in, self._desk.store, self.chosen.user_id, pin)
        except QutongError as error:
            self.error = error
            self.wait_s = int(error.params.get("seconds", 0))
            return
        finally:
            self.is_busy = False
            self.changed()
        self._done(done.user_id)

    def second_passed(self) -> None:
        """A second less to wait."""
        if self.wait_s:
            self.wait_s -= 1
            if not self.wait_s:
                self.error = None
            self.changed()

"""The screens a person has here, and which of them are in sight."""

from collections.abc import Sequence

from desktop.ui.frame import Person, Settings
from desktop.ui.screen import ScreenSpec


class Sight:
    """The screens of one person at one site; what was brought into sight is remembered."""

    def __init__(self, screens: Sequence[ScreenSpec], person: Person, settings: Settings) -> None:
        self.specs = {one.id: one for one in screens if one.is_for(person)}
        self._settings = settings
        self._key = f"wanted.{person.site_id}"
        self.on_demand = tuple(
            name
            for name, one in self.specs.items()
            if person.is_of_founded_shop and one.is_on_demand
        )
        """The screens that stay out of sight until they are wanted, in the order of the rail."""

    @property
    def offered(self) -> frozenset[str]:
        """The screens in sight."""
        wanted = self._settings.get(self._key).split()
        return frozenset(self.specs) - (frozenset(self.on_demand) - set(wanted))

    @property
    def listed(self) -> list[ScreenSpec]:
        """What the rail lists, in its order."""
        offered = self.offered
        return [one for name, one in self.specs.items() if one.in_rail and name in offered]

    @property
    def home_id(self) -> str:
        """Where one comes back to: home, or the first screen beside the till of who has none."""
        if "home" in self.specs:
            return "home"
        rest = [one.id for one in self.specs.values() if one.in_rail and one.id != "till"]
        return next(iter(rest), next(iter(self.specs), "home"))

    def offer(self, screen_id: str, is_offered: bool) -> None:
        """Bring a screen into sight at this site, or out of it; remembered on this device."""
        wanted = [one for one in self.on_demand if one in self.offered and one != screen_id]
        wanted += [screen_id] if is_offered else []
        self._settings.put(self._key, " ".join(wanted))

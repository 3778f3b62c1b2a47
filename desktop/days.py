"""The business days a list is about: what models of such lists have in common."""

from datetime import date, timedelta

from desktop.watched import Watched


class OverDays(Watched):
    """Base of a model that shows the days ``from_day`` to ``to_day``, ISO dates, both inclusive."""

    def __init__(self, today: str) -> None:
        """This month up to ``today`` at first."""
        super().__init__()
        self.today = today
        self.from_day, self.to_day = f"{today[:8]}01", today

    def between(self, from_day: str, to_day: str) -> None:
        """Other days; the wrong way round they are turned."""
        self.from_day, self.to_day = min(from_day, to_day), max(from_day, to_day)

    def month(self, back: int) -> None:
        """A whole month: this one up to today, or one of those before."""
        last = date.fromisoformat(self.today)
        first = last.replace(day=1)
        for _ in range(back):
            last = first - timedelta(days=1)
            first = last.replace(day=1)
        self.between(first.isoformat(), last.isoformat())

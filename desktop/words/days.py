"""Days as people write them."""

from datetime import date, timedelta


def day_of(text: str, today: date) -> date | None:
    """The day somebody means: a whole date, month and day, a day of this month, or ``+7``."""
    clean = text.strip().replace("/", "-").replace(".", "-")
    try:
        if clean[:1] in ("+", "-") and clean[1:].isdigit():
            return today + timedelta(days=int(clean))
        parts = [int(part) for part in clean.split("-")]
        if len(parts) == 3:
            return date(parts[0], parts[1], parts[2])
        if len(parts) == 2:
            return date(today.year, parts[0], parts[1])
        return date(today.year, today.month, parts[0])
    except (ValueError, OverflowError, TypeError):
        return None

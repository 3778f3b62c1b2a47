"""What every money document asks of its amount and its reason."""

from shared.core.errors import RuleViolation


def check_positive(amount_minor: int) -> None:
    """Raises: RuleViolation AMOUNT_NOT_POSITIVE."""
    if amount_minor <= 0:
        raise RuleViolation("AMOUNT_NOT_POSITIVE", amount=amount_minor)


def check_not_zero(amount_minor: int) -> None:
    """Raises: RuleViolation AMOUNT_ZERO."""
    if not amount_minor:
        raise RuleViolation("AMOUNT_ZERO")


def check_reason(reason: str) -> None:
    """Raises: RuleViolation REASON_MISSING."""
    if not reason.strip():
        raise RuleViolation("REASON_MISSING")

"""All house rules over one file: `(path, text) -> findings`, a pure function."""

from tests.architecture.purity import PURITY_RULES
from tests.architecture.rooms import ROOM_RULES
from tests.architecture.screens import SCREEN_RULES
from tests.architecture.source import Finding, Rule, parse

RULES: tuple[Rule, ...] = (*ROOM_RULES, *PURITY_RULES, *SCREEN_RULES)

# Where a rule does not hold, and why. An entry that is no longer needed fails the tests.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("shared/journal/verify.py", "io"): (
        "the verifier is a command line of its own (python -m shared.journal.verify FILE), so"
        " that an auditor needs neither end; nothing imports it"
    ),
}


def findings(path: str, text: str) -> list[Finding]:
    """Every breach in one file, by line; `path` is relative to the project's root."""
    source = parse(path, text)
    found = (finding for rule in RULES for finding in rule(source))
    return sorted(found, key=lambda finding: (finding.line, finding.rule, finding.message))


def unexcused(found: list[Finding]) -> list[Finding]:
    """The findings without the listed exceptions."""
    return [finding for finding in found if (finding.path, finding.rule) not in EXCEPTIONS]

"""Nobody is left with a bare code: every refusal of the client has a sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import desktop
from desktop.headless.sentences import SENTENCES

_RAISED = {"RuleViolation", "AccessDenied", "Conflict", "StepNotAllowed", "Unavailable"}
# Told to the program that asked, which goes on without: no person meets them.
_NEVER_TOLD = {"BAD_SIGNATURE", "SNAPSHOT_DAMAGED", "SNAPSHOT_UNSUPPORTED"}


def raised_codes() -> Iterator[tuple[str, str]]:
    """File and code of every error the desktop raises itself."""
    folder = Path(desktop.__file__).parent
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _RAISED:
                for one in ast.walk(node.args[0]) if node.args else ():
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield f"{file.relative_to(folder)}", one.value


def test_every_refusal_of_the_client_has_a_sentence() -> None:
    codes = list(raised_codes())
    assert len(codes) > 100
    told = SENTENCES.keys() | _NEVER_TOLD
    assert [one for one in codes if one[1] not in told] == []

"""Nobody is left with a bare code: every refusal of a use case has a sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import desktop
from desktop.headless.sentences import SENTENCES
from shared.core.importing import ADVICE

_RAISED = {"RuleViolation", "AccessDenied", "Conflict", "StepNotAllowed"}


def raised_codes() -> Iterator[tuple[str, str]]:
    """File and code of every error the areas of the desktop raise themselves."""
    folder = Path(desktop.__file__).parent
    for file in sorted(folder.rglob("*.py")):
        area = file.relative_to(folder).parts[0]
        if area in ("store", "sync", "app", "headless", "__init__.py"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _RAISED:
                for one in ast.walk(node.args[0]):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield f"{file.relative_to(folder)}", one.value


def test_every_refusal_of_a_use_case_has_a_sentence() -> None:
    codes = list(raised_codes())
    assert len(codes) > 100
    assert [one for one in codes if one[1] not in SENTENCES and one[1] not in ADVICE] == []

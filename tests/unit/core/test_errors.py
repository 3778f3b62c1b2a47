"""Errors carry a stable code and plain parameters to the screen, the wire and the log."""

import pickle

import pytest

from shared.core.errors import AccessDenied, Conflict, QutongError, RuleViolation, Unavailable


def test_an_error_reads_as_its_code_and_parameters() -> None:
    error = RuleViolation("STEP_NOT_ALLOWED", order="XS-1", line=3)
    assert error.code == "STEP_NOT_ALLOWED"
    assert dict(error.params) == {"order": "XS-1", "line": 3}
    assert str(error) == "STEP_NOT_ALLOWED order=XS-1 line=3"


def test_a_parameter_with_a_line_break_stays_one_log_line() -> None:
    assert str(RuleViolation("X", text="a\nb", empty="")) == "X text='a\\nb' empty=''"


def test_a_parameter_may_be_called_code() -> None:
    assert RuleViolation("CODE_TAKEN", code="6901").params["code"] == "6901"


def test_parameters_cannot_be_changed_afterwards() -> None:
    with pytest.raises(TypeError):
        RuleViolation("X", a=1).params["a"] = 2  # type: ignore[index]


@pytest.mark.parametrize("kind", [RuleViolation, Conflict, Unavailable, AccessDenied])
def test_every_kind_is_caught_as_one_tree_and_survives_another_process(
    kind: type[QutongError],
) -> None:
    back = pickle.loads(pickle.dumps(kind("SOME_CODE", a=1, b="x")))
    assert type(back) is kind
    assert isinstance(back, QutongError)
    assert str(back) == "SOME_CODE a=1 b=x"

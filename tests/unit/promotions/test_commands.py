"""Promotions by command: published by two people, read aloud, ended; refused to everybody else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.core.errors import AccessDenied, RuleViolation
from tests.builders.demo_policies import (
    APPROVER,
    EDITOR,
    OFFICE,
    demo_policies,
    publish_demo_policies,
)
from tests.builders.one_house import House, a_house


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = a_house(House)
    publish_demo_policies(made)
    yield made
    made.close()


def test_the_demo_brands_policies_all_hold_and_can_be_read(house: House) -> None:
    listed = house.do(OFFICE, EDITOR, "promotions", sales_org="FX")
    assert {one["status"] for one in listed} == {"sealed"}
    assert len(listed) == len(demo_policies())
    tills = house.do("SH01.01", "clerk-guanqian", "promotions", use="till", language="en")
    assert [one["promotion"] for one in tills] == ["2026-HH", "2026-MJ"]
    assert "from 300: 40 off" in tills[1]["reads"]


def test_a_file_is_published_and_ended_again(house: House, tmp_path: Path) -> None:
    asked = demo_policies()[1]["policy"] | {"policy_id": "from-file", "name": "文件"}
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(asked), encoding="utf-8")
    house.do(OFFICE, EDITOR, "promotion-publish", sales_org="FX", file=str(path), approver=APPROVER)

    def standing() -> list[str]:
        found = house.do(OFFICE, EDITOR, "promotions", sales_org="FX", use="till")
        return [one["promotion"] for one in found]

    assert "from-file" in standing()
    house.do(
        OFFICE, EDITOR, "promotion-end", sales_org="FX", promotion="from-file", approver=APPROVER
    )
    assert "from-file" not in standing()


@pytest.mark.parametrize(
    ("device", "user", "approver", "code"),
    [
        ("SH01.01", "clerk-guanqian", APPROVER, "NOT_PERMITTED"),
        (OFFICE, EDITOR, EDITOR, "SECOND_PERSON_NEEDED"),
        (OFFICE, EDITOR, "clerk-guanqian", "APPROVER_MAY_NOT"),
    ],
)
def test_who_may_not_publish_is_told_before_anything_is_written(
    house: House, device: str, user: str, approver: str, code: str
) -> None:
    asked = demo_policies()[0] | {"approver": approver}
    with pytest.raises((AccessDenied, RuleViolation)) as refused:
        house.do(device, user, "promotion-publish", **asked)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ({"policy_id": "x"}, "COMMAND_UNREADABLE"),
        ({"policy_id": "x", "name": "x", "kind": "limit", "uses": ["order"]}, "PROMOTION_BAD"),
    ],
)
def test_what_is_no_policy_is_refused(house: House, policy: dict[str, object], code: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        house.do(
            OFFICE, EDITOR, "promotion-publish", sales_org="FX", policy=policy, approver=APPROVER
        )
    assert refused.value.code == code

"""The demo brand's promotion policies, for tests and pictures that want them.

The demo house is made without them, so that what other tests sell and order costs what it did.
"""

import json
from importlib.resources import files
from typing import Any

from tests.builders.one_house import House

OFFICE, EDITOR, APPROVER = "HQ.01", "hq-editor", "hq-approver"


def demo_policies() -> list[dict[str, Any]]:
    """Each with its sales organisation, as ``promotion-publish`` takes it."""
    text = files("resources.demo").joinpath("policies.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def publish_demo_policies(house: House) -> None:
    """Head office publishes them all; then whoever sat down before sits there again."""
    device = house.local.enrolled
    for one in demo_policies():
        house.do(OFFICE, EDITOR, "promotion-publish", **one, approver=APPROVER)
    house.sit_at(device.device_id, device_type=device.device_type)

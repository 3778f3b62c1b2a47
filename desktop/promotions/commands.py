"""The commands of promotions."""

from pathlib import Path
from typing import Any

import msgspec

from desktop.promotions import usecases
from desktop.promotions.usecases.looking import policy_names
from desktop.store.asking import Params, now_us
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.channel.queries import sales_orgs
from shared.core.errors import RuleViolation
from shared.core.text import excerpt
from shared.promotions.queries import policies, policies_in_force
from shared.promotions.rules import Policy, Use
from shared.promotions.rules.reading import read_policy


class PromotionPublish(Params, kw_only=True):
    """A policy as JSON, in a file or beside the parameters, approved by a second person.

    Its fields are those of the policy: money in minor units, quantities, prices and ratios in
    millionths, instants in microseconds UTC.
    """

    sales_org: str
    policy: dict[str, Any] | None = None
    file: str = ""
    approver: str
    parent: int | None = None
    reason: str = ""


def _publish(store: Store, asked: PromotionPublish) -> dict[str, object]:
    policy = _policy(asked)
    done = store.write(
        usecases.publish_policy,
        asked.sales_org,
        policy,
        approver_id=asked.approver,
        parent_number=asked.parent,
        reason=asked.reason,
    )
    return {"publication": done.value, "promotion": policy.policy_id}


def _policy(asked: PromotionPublish) -> Policy:
    try:
        if asked.policy is not None:
            return msgspec.convert(asked.policy, Policy)
        path = Path(asked.file)
        if not path.is_file():
            raise RuleViolation("FILE_MISSING", file=path.name)
        return msgspec.json.decode(path.read_bytes(), type=Policy)
    except msgspec.MsgspecError as error:
        raise RuleViolation("COMMAND_UNREADABLE", field=excerpt(str(error))) from error


class PromotionEnd(Params, kw_only=True):
    """A policy that ends now, approved by a second person."""

    sales_org: str
    promotion: str
    approver: str
    reason: str = ""


def _end(store: Store, asked: PromotionEnd) -> dict[str, object]:
    done = store.write(
        usecases.end_policy,
        asked.sales_org,
        asked.promotion,
        approver_id=asked.approver,
        reason=asked.reason,
    )
    return {"publication": done.value}


class Promotions(Params, kw_only=True):
    """The policies of a sales organisation, or those in force here."""

    sales_org: str = ""
    use: str = ""
    """``till`` or ``order``: only those in force now."""
    language: str = "zh"


def _list(store: Store, asked: Promotions) -> list[dict[str, object]]:
    at_us = now_us(store)

    def read(connection: Any) -> list[dict[str, object]]:
        orgs = [asked.sales_org] if asked.sales_org else [one for one, _ in sales_orgs(connection)]
        views = [one for org in orgs for one in policies(connection, org)]
        names = policy_names(connection, [one.policy for one in views])
        if asked.use:
            standing = policies_in_force(connection, orgs, _use(asked.use), at_us)
            return [
                {
                    "promotion": one.policy.policy_id,
                    "number": one.number,
                    "reads": read_policy(one.policy, names, asked.language),
                }
                for one in standing
            ]
        return [
            {
                "promotion": one.policy_id,
                "number": one.number,
                "status": one.status,
                "is_ended": one.is_ended,
                "code": one.code,
                "documents": one.documents,
                "reads": read_policy(one.policy, names, asked.language),
            }
            for one in views
        ]

    return store.read(read)


def _use(text: str) -> Use:
    try:
        return Use(text)
    except ValueError:
        raise RuleViolation("COMMAND_UNREADABLE", field="use") from None


COMMANDS = (
    Command(
        name="promotion-publish",
        summary="Ask head office to publish a promotion policy, or its next number.",
        params=PromotionPublish,
        run=_publish,
    ),
    Command(
        name="promotion-end",
        summary="Ask head office to end a promotion policy now.",
        params=PromotionEnd,
        run=_end,
    ),
    Command(
        name="promotions",
        summary="Promotion policies, read aloud.",
        params=Promotions,
        run=_list,
    ),
)

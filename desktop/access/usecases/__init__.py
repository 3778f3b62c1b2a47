"""Who may do what here: asked by every use case, proved by PIN, published by head office."""

from desktop.access.usecases.people import publish_user
from desktop.access.usecases.policies import (
    policies,
    policy,
    policy_number,
    publish_policies,
    set_policy,
    set_setting,
)
from desktop.access.usecases.rights import may, require, require_approver, require_org
from desktop.access.usecases.signing_in import (
    Alone,
    Approval,
    SignedIn,
    alone,
    approve,
    change_pin,
    new_pin_hash,
    people,
    sign_in,
)

__all__ = [
    "Alone",
    "Approval",
    "SignedIn",
    "alone",
    "approve",
    "change_pin",
    "may",
    "new_pin_hash",
    "people",
    "policies",
    "policy",
    "policy_number",
    "publish_policies",
    "publish_user",
    "require",
    "require_approver",
    "require_org",
    "set_policy",
    "set_setting",
    "sign_in",
]

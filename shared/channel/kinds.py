"""The kinds of document of the channel."""

from shared.channel.documents import (
    ChannelPublished,
    DeviceEnrolled,
    DeviceForked,
    DeviceInvitationRefused,
    DeviceInvited,
    DeviceRevoked,
    ShopFounded,
    ShopJoined,
    StaffStated,
)
from shared.channel.posting import (
    post_channel,
    post_enrolled,
    post_forked,
    post_founded,
    post_invitation_refused,
    post_invited,
    post_joined,
    post_revoked,
    post_staff,
    respond_invited,
)
from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind

_BY_SERVER = Authority(permission="channel.publish", device_types=frozenset({"server"}))
_BY_OFFICE = Authority(permission="access.grant", device_types=frozenset({"hq", "server"}))

KINDS: tuple[Kind, ...] = (
    Kind(
        name="channel",
        body=ChannelPublished,
        document_class=DocumentClass.PUBLICATION,
        authority=Authority(permission="channel.publish", device_types=frozenset({"hq", "server"})),
        post=post_channel,
    ),
    Kind(
        name="device_enrolled",
        body=DeviceEnrolled,
        document_class=DocumentClass.FACT,
        authority=_BY_SERVER,
        post=post_enrolled,
    ),
    Kind(
        name="device_revoked",
        body=DeviceRevoked,
        document_class=DocumentClass.FACT,
        authority=_BY_OFFICE,
        post=post_revoked,
    ),
    Kind(
        name="device_forked",
        body=DeviceForked,
        document_class=DocumentClass.FACT,
        authority=_BY_SERVER,
        post=post_forked,
    ),
    Kind(
        name="shop_founded",
        body=ShopFounded,
        document_class=DocumentClass.FACT,
        # Nobody has a permission yet where a shop begins; the key stands for it.
        authority=Authority(permission="", device_types=frozenset({"till"}), founds=True),
        post=post_founded,
    ),
    Kind(
        name="staff_stated",
        body=StaffStated,
        document_class=DocumentClass.FACT,
        authority=Authority(
            permission="staff.write",
            device_types=frozenset({"till", "dealer", "warehouse"}),
            names_people=True,
        ),
        post=post_staff,
    ),
    Kind(
        name="shop_joined",
        body=ShopJoined,
        document_class=DocumentClass.FACT,
        authority=_BY_SERVER,
        post=post_joined,
    ),
    Kind(
        name="device_invited",
        body=DeviceInvited,
        document_class=DocumentClass.REQUEST,
        authority=_BY_OFFICE,
        post=post_invited,
        respond=respond_invited,
    ),
    Kind(
        name="device_invitation_refused",
        body=DeviceInvitationRefused,
        document_class=DocumentClass.FACT,
        authority=_BY_SERVER,
        post=post_invitation_refused,
    ),
)

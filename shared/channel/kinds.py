"""The kinds of document of the channel."""

from shared.channel.documents import ChannelPublished, DeviceEnrolled, DeviceRevoked
from shared.channel.posting import post_channel, post_enrolled, post_revoked
from shared.journal.document import DocumentClass
from shared.journal.kind import Authority, Kind

_BY_SERVER = Authority(permission="channel.publish", device_types=frozenset({"server"}))

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
        authority=_BY_SERVER,
        post=post_revoked,
    ),
)

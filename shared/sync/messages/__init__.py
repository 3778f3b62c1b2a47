"""The messages of the wire, and how they become bytes and back within limits."""

from shared.sync.messages.asking import (
    AskPacket,
    AskPicture,
    AskReport,
    PacketMade,
    PictureFound,
    ReportPage,
)
from shared.sync.messages.base import PROTOCOL, BadMessage, ErrorAnswer, Message, Whole
from shared.sync.messages.coding import fold, pack, unfolded, unpack
from shared.sync.messages.down import (
    AskDigests,
    AskRows,
    Digests,
    Page,
    Pages,
    Part,
    Pull,
    PullMany,
    RowsAnswer,
    Run,
)
from shared.sync.messages.envelopes import (
    Envelope,
    EnvelopeCursor,
    Envelopes,
    EnvelopesAnswer,
    Return,
    ReturnAnswer,
)
from shared.sync.messages.joining import Enrol, EnrolAnswer, Join
from shared.sync.messages.standing import Cursor, Hello, HelloAnswer, ScopeHead, Wait, WaitAnswer
from shared.sync.messages.up import Fork, ForkAnswer, Push, PushAnswer, PushItem, Verdict

__all__ = [
    "PROTOCOL",
    "AskDigests",
    "AskPacket",
    "AskPicture",
    "AskReport",
    "AskRows",
    "BadMessage",
    "Cursor",
    "Digests",
    "Enrol",
    "EnrolAnswer",
    "Envelope",
    "EnvelopeCursor",
    "Envelopes",
    "EnvelopesAnswer",
    "ErrorAnswer",
    "Fork",
    "ForkAnswer",
    "Hello",
    "HelloAnswer",
    "Join",
    "Message",
    "PacketMade",
    "Page",
    "Pages",
    "Part",
    "PictureFound",
    "Pull",
    "PullMany",
    "Push",
    "PushAnswer",
    "PushItem",
    "ReportPage",
    "Return",
    "ReturnAnswer",
    "RowsAnswer",
    "Run",
    "ScopeHead",
    "Verdict",
    "Wait",
    "WaitAnswer",
    "Whole",
    "fold",
    "pack",
    "unfolded",
    "unpack",
]

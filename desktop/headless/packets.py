"""The commands that carry a sync on a stick (Q06)."""

from pathlib import Path

import msgspec

from desktop.app.client import Client
from desktop.store.command import Command


class OfFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A file on the stick."""

    file: str


PACKETS = {
    name: Command(name=name, summary=summary, params=OfFile, run=lambda _store, said: said)
    for name, summary in (
        ("packet-out", "Write what head office lacks into a file, where there is no line."),
        ("packet-in", "Take head office's answer to a packet in."),
    )
}


def carry(client: Client, command: str, params: bytes) -> object:
    """Write or read a packet. Raises as ``Client.export_packet`` and ``Client.import_packet``."""
    said = PACKETS[command].call(client.store, params)
    assert isinstance(said, OfFile)
    path = Path(said.file)
    if command == "packet-out":
        made = client.export_packet(path)
        return {"documents": made.documents, "bytes": len(made.data), "is_whole": made.is_whole}
    brought = client.import_packet(path)
    if brought.carried >= 0:
        return {"is_new": brought.carried > 0, "is_whole": True, "rows": brought.carried}
    return {"is_new": brought.summary is not None, "is_whole": brought.is_whole} | (
        {"pushed": brought.summary.pushed, "pulled": brought.summary.pulled}
        if brought.summary
        else {}
    )

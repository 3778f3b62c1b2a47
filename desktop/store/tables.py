"""What a device keeps for itself: who it is, where sync stands, what the last syncs told."""

from shared.journal import tables as journal_tables
from shared.sync import holding
from shared.sync.tables import blob_column, integer_column, local_table, text_column

this_device = local_table(
    "this_device",
    integer_column("id", primary_key=True),
    text_column("device_id"),
    text_column("device_type"),
    text_column("site_id"),
    text_column("tag"),
    integer_column("incarnation"),
    text_column("epoch"),
    blob_column("public_key"),
    blob_column("hq_public_key"),
    text_column("server_url"),
)
"""One row once the device is enrolled."""

sync_state = local_table(
    "sync_state",
    integer_column("id", primary_key=True),
    integer_column("acknowledged_n"),
    blob_column("acknowledged_hash"),
    blob_column("head_signature"),
    integer_column("synced_at_us"),
    integer_column("clock_offset_us"),
    integer_column("clock_doubt_us"),
)
"""One row: what head office *received*, countersigned, and how far this clock is off."""

sync_log = local_table(
    "sync_log",
    integer_column("started_at_us", primary_key=True),
    integer_column("finished_at_us"),
    text_column("outcome"),
    integer_column("pushed"),
    integer_column("kept"),
    integer_column("pulled"),
    integer_column("findings"),
    text_column("story"),
)
"""The story of the last syncs; ``outcome`` is ``done`` or the code of what stopped it."""

sync_finding = local_table(
    "sync_finding",
    text_column("id", primary_key=True),
    integer_column("found_at_us"),
    text_column("code"),
    text_column("scope"),
    text_column("table_name"),
    text_column("row_id"),
    integer_column("slot"),
    text_column("detail"),
)
"""What syncs and starts came upon: overtaken typing, reversed rows, digests that differ."""

spool_position = local_table(
    "spool_position",
    integer_column("id", primary_key=True),
    integer_column("size"),
    integer_column("incarnation"),
    integer_column("n"),
)
"""Up to where the spool was found equal to the journal, so that a start reads only its end."""

LOCAL = (
    journal_tables.journal,
    journal_tables.number_series,
    *holding.TABLES,
    this_device,
    sync_state,
    sync_log,
    sync_finding,
    spool_position,
)

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
    blob_column("returned_epoch"),
    integer_column("return_tries"),
    integer_column("is_reported"),
    integer_column("is_recovering"),
    integer_column("revoked_at_us"),
    integer_column("clock_looked_at_us"),
)
"""One row: what head office *received*, countersigned, and how far this clock is off."""

envelope = local_table(
    "envelope",
    text_column("device_id", primary_key=True),
    integer_column("incarnation", primary_key=True),
    integer_column("n", primary_key=True),
    text_column("scope"),
    blob_column("stored"),
    blob_column("signature"),
    integer_column("stored_at_us"),
    integer_column("returned_at_us"),
)
"""Documents of others as their authors signed them, held for head office (sync, "up", 6)."""

envelope_cursor = local_table(
    "envelope_cursor", text_column("scope", primary_key=True), integer_column("after")
)
"""Up to which place of each scope's feed such documents are held."""

durable_mark = local_table(
    "durable_mark",
    integer_column("incarnation", primary_key=True),
    integer_column("n", primary_key=True),
    integer_column("told_at_us"),
)
"""Up to which slot head office called this journal durable, and when it first said so."""

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
    blob_column("mark"),
    text_column("known"),
)
"""Up to where the spool was found equal to the journal, so that a start reads only its end.

``known`` tells which columns the program knew that had the file last. An earlier program writes
the row anew at every start, and leaves that empty.
"""

scrub_cursor = local_table(
    "scrub_cursor",
    integer_column("id", primary_key=True),
    text_column("part"),
    text_column("key"),
    integer_column("number"),
    integer_column("rounds"),
)
"""One row: how far the idle scrubber came, and how often it came to the end."""

draft = local_table(
    "draft",
    text_column("key", primary_key=True),
    blob_column("content"),
    integer_column("changed_at_us"),
)
"""What is half typed: the open basket, held ones, carts, counts. Never leaves this device."""

setting = local_table("setting", text_column("key", primary_key=True), text_column("value"))
"""What this device was told once: the tender proposed first, how far is rounded off."""

pin_trial = local_table(
    "pin_trial",
    text_column("user_id", primary_key=True),
    integer_column("wrong"),
    integer_column("wait_us"),
    integer_column("since_monotonic_us"),
)
"""Wrong PINs of a person on this device in a row, and how long it waits since when."""

pin_approval = local_table(
    "pin_approval",
    text_column("approver_id", primary_key=True),
    text_column("permission", primary_key=True),
    text_column("author_id", primary_key=True),
    integer_column("given_monotonic_us"),
)
"""Approvals whose PIN was checked here and that were not used yet."""

time_alone = local_table(
    "time_alone",
    integer_column("id", primary_key=True),
    integer_column("contact_at_us"),
    integer_column("alone_us"),
    integer_column("wall_us"),
    integer_column("monotonic_us"),
)
"""One row: how long this device has been without head office since its last contact."""

lease_term = local_table(
    "lease_term",
    text_column("lease_id", primary_key=True),
    integer_column("left_us"),
    integer_column("wall_us"),
    integer_column("monotonic_us"),
)
"""What was left of the term of each lease held here, and what both clocks said then (M06)."""

payment = local_table(
    "payment",
    text_column("reference", primary_key=True),
    text_column("provider"),
    text_column("wallet"),
    text_column("currency"),
    integer_column("amount_minor"),
    text_column("state"),
    text_column("provider_reference"),
    text_column("refund_of"),
    integer_column("is_used"),
    integer_column("begun_at_us"),
)
"""Payments by the customer's code, written down before the provider is asked: whatever is lost on
the way is asked for again."""

arrival = local_table(
    "arrival", text_column("id", primary_key=True), integer_column("arrived_at_us")
)
"""When rows of other devices first came here, where a screen tells it (E11)."""

neighbour_document = local_table(
    "neighbour_document",
    text_column("uid", primary_key=True),
    integer_column("seq", index=True),
    text_column("device_id"),
    integer_column("incarnation"),
    integer_column("n"),
    blob_column("stored"),
    blob_column("signature"),
    integer_column("received_at_us"),
    integer_column("is_open", index=True),
    integer_column("since_us"),
    integer_column("offered_us"),
)
"""Documents that came from the store's other devices (Q06), and at the store's host its own, too.

``seq`` is the host's order, 0 elsewhere; ``is_open`` while rows may wait for head office's;
``since_us`` is head office's time when a sync first found it so, 0 = none did; ``offered_us`` when
it was handed up last in its author's place."""

neighbour_journal = local_table(
    "neighbour_journal",
    text_column("device_id", primary_key=True),
    integer_column("incarnation"),
    integer_column("n"),
    text_column("uid"),
)
"""At the store's host: up to where it was given each device's journal."""

neighbour_basket = local_table(
    "neighbour_basket",
    text_column("uid", primary_key=True),
    text_column("device_id"),
    integer_column("held_at_us"),
    blob_column("content"),
    text_column("claimed_by"),
    integer_column("claimed_at_us"),
)
"""Baskets put aside in this store (I06): at its host who took them, elsewhere what may be taken."""

LOCAL = (
    neighbour_document,
    neighbour_journal,
    neighbour_basket,
    arrival,
    draft,
    setting,
    pin_trial,
    pin_approval,
    time_alone,
    lease_term,
    payment,
    journal_tables.journal,
    journal_tables.number_series,
    *holding.TABLES,
    this_device,
    sync_state,
    durable_mark,
    envelope,
    envelope_cursor,
    sync_log,
    sync_finding,
    scrub_cursor,
    spool_position,
)

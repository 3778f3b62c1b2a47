"""Limits on everything that comes from outside; passing one is answered with a code."""

PUSH_DOCUMENTS_MAX = 500
INCARNATION_MAX = (1 << 31) - 1
FORKS_MAX = 1_000
"""Incarnations one device may begin; more is a machine gone wrong, and a person looks at it."""
NONCE_BYTES_MAX = 32
FORK_BYTES_MAX = 1024
ENVELOPES_MAX = 1_000
"""Documents of one answer, or given back by one request."""
ENVELOPE_BYTES_GOAL = 1024 * 1024
HELD_US = 35 * 24 * 3600 * 1_000_000
"""For how long bytes are held that stand in a backup which was restored and proved: at devices from
when they heard of it, at head office from when it was made."""
SLOT_MAX = (1 << 53) - 1
PUSH_BYTES_MAX = 256 * 1024
"""Goal of a batch's stored bytes; one larger document still travels, alone."""
DOCUMENT_BYTES_MAX = 4 * 1024 * 1024
"""Of one document, and of a batch of several."""
DOCUMENT_ROWS_MAX = 100_000
"""Rows one document may make."""
DOCUMENT_CHARS_MAX = 32 * 1024 * 1024
"""Text of all these rows together: a long name that every line repeats is not one name."""
ROW_CHARS_MAX = 400_000
"""Text of one row."""
KEY_CHARS_MAX = 300
"""A name by which rows are found: ids, ledger ends, scopes."""
ID_CHARS_MAX = 600
"""The id of a row, which may be made of several names."""
HEADER_CHARS_MAX = 100
LEDGER_AMOUNT_MAX = 1_000_000_000 * 1_000_000
"""What one document may move in all, in micro pieces or minor units: 10^9 pieces. More is a slip,
and sums that others share would overflow."""
INSTANT_MAX_US = 253_402_300_799_999_999
"""The end of the year 9999; no calendar goes further."""
BODY_BYTES_MAX = 8 * 1024 * 1024
"""A request or answer body as it travels."""
ENROL_BYTES_MAX = 1024
"""Read before anybody is known."""
JOIN_BYTES_MAX = 8 * 1024
"""A code with the document that founds a shop; read before anybody is known, too."""
DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024
PAGE_ROWS = 5_000
PAGE_ROWS_MAX = 20_000
PAGE_CHARS_MAX = 1_900_000
"""Text of a page, so that an answer stays within its body whatever the rows hold."""
PULL_SCOPES_MAX = 200
"""Scopes of one request; a desk of many accounts has hundreds, most with little in them."""
CURSORS_MAX = 20_000
"""Scopes a device may say it holds."""
RUN_ROWS = 500
OPENINGS_RUN = 20
"""Opening rows of a run: each takes the rows away that it stands for, ten or more."""
SLICE_ROWS = 1_000
SLICE_RUNS = 32
"""Rows and runs applied in one slice, so that the writer is held about 20 ms; records that are
indexed for search count double."""
WAIT_S_MAX = 60
NONCE_LIFETIME_S = 600
ENROL_CODE_LIFETIME_S = 7 * 24 * 3600
KEPT_TASKS_MAX = 20
KEPT_TASKS_SLOTS = 1_000
"""Of so many slots of a device so many kept documents have a task each; further ones share one."""
DIGEST_PARTS = 64
"""Stretches of ids one answer compares; a difference among millions is found in a few answers."""
DIGEST_ROWS = 500
"""A stretch of at most so many rows is told row by row."""
ROWS_ASKED_MAX = 500
"""Rows by their ids in one request."""
ROWS_ASKED_BYTES_MAX = 512 * 1024
REPAIR_ROWS_MAX = 5_000
"""More rows than these are not looked for one by one: the scope is fetched anew."""
REPAIR_ASKS_MAX = 200
"""Requests in which differing rows are looked for, per scope and sync."""
REPAIR_AGAIN_S = 24 * 3600
"""How long a scope that differs after it was fetched anew is not fetched anew again."""
REPORT_ROWS_MAX = 1_000
"""Rows of one page of a report."""
ASK_BYTES_MAX = 16 * 1024
PICTURE_ASK_BYTES_MAX = 1024

BODIES_BYTES_MAX = 64 * 1024 * 1024
"""Of all request bodies that one server process holds or receives at one moment."""
HEAD_S_MAX = 10
"""Until a connection has said what it wants."""
IDLE_S_MAX = 75
"""How long a connection is kept for the next sync; devices come every 30 seconds."""
PUSHES_AT_ONCE = 2
"""One commits while the next is read; a device has one turn at a time."""
PUSHES_QUEUED = 128
READS_AT_ONCE = 6
READS_QUEUED = 512
STRANGERS_AT_ONCE = 2
STRANGERS_QUEUED = 16
"""Who is not known yet never takes a place of those who are."""
WAITS_MAX = 10_000
"""Long polls of one process."""
QUEUE_S_MAX = 15
"""Longest wait for a turn: well before a device gives its request up."""
RETRY_S_MAX = 60
"""Longest time a device is told to stay away (Retry-After), in seconds."""
DEVICE_REQUESTS_S = 20
DEVICE_REQUESTS_BURST = 400
"""Requests of one device in a second, and how many it may have saved up."""
BUSY_S_MAX = 300
"""How long a device goes on asking a busy head office within one sync."""

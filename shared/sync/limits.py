"""Limits on everything that comes from outside; passing one is answered with a code."""

PUSH_DOCUMENTS_MAX = 500
INCARNATION_MAX = (1 << 31) - 1
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
REPORT_ROWS_MAX = 1_000
"""Rows of one page of a report."""
ASK_BYTES_MAX = 16 * 1024

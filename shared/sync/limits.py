"""Limits on everything that comes from outside; passing one is answered with a code."""

PUSH_DOCUMENTS_MAX = 500
PUSH_BYTES_MAX = 256 * 1024
"""Goal of a batch's stored bytes; one larger document still travels, alone."""
DOCUMENT_BYTES_MAX = 4 * 1024 * 1024
BODY_BYTES_MAX = 8 * 1024 * 1024
"""A request or answer body as it travels."""
DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024
PAGE_ROWS = 5_000
PAGE_ROWS_MAX = 20_000
PULL_SCOPES_MAX = 200
"""Scopes of one request; a desk of many accounts has hundreds, most with little in them."""
RUN_ROWS = 500
SLICE_ROWS = 1_000
SLICE_RUNS = 32
"""Rows and runs applied in one slice, so that the writer is held about 20 ms; records that are
indexed for search count double."""
WAIT_S_MAX = 60
NONCE_LIFETIME_S = 600
ENROL_CODE_LIFETIME_S = 7 * 24 * 3600
QUANTITY_MICRO_MAX = 1_000_000_000 * 1_000_000
LINES_MAX = 5_000
"""Lines of one document."""

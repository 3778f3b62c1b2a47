"""Stock: one ledger of moves between locations."""

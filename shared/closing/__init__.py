"""Closed months: one opening row per key stands at a site for a month's ledger rows."""

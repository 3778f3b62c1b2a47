"""Accounts: one ledger of money between accounts."""

"""Accounts: expenses, payments, and who owes what."""

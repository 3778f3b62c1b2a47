"""Builders: what matters is said by the test, the rest is filled in."""

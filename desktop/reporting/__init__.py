"""Reporting: what head office sees of the whole house, and what a device tells it."""

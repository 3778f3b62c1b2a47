"""Signing in, locking and approving."""

"""Ordering: orders from submission to receipt."""

"""Ordering: a dealer asks, its supplier decides, goods travel and arrive."""

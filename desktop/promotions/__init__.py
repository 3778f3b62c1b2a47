"""Promotion policies on the desktop: published at head office, read everywhere."""

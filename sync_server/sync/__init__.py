"""Sync as head office does it: handlers from a connection and a message to a message."""

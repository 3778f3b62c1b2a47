"""Attacks on the wire and on what is kept: generated, counted, and each promise by its number."""

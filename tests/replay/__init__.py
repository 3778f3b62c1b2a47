"""Replaying real business through the product: every invoice and order becomes a document."""

"""Pricing against real databases and real price lists."""

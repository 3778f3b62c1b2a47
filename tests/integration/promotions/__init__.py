"""Promotions against real databases and a real head office."""

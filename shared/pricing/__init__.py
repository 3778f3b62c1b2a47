"""Pricing: price versions, the logic a sales organisation prices by, and why this price."""

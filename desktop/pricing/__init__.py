"""Pricing: publishing versions, comparing them, and why a price is what it is."""

"""Stocktake: zones, blind counts, recounts, reveal, approval, and what is posted."""

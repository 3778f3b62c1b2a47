"""Stocktake: blind counts from opening to posting."""

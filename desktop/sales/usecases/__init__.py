"""Selling: the till and the wholesale invoice, returns, collections, the simple register."""

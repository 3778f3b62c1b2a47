"""Promotions: policies head office publishes, what they give a basket or an order, and limits."""

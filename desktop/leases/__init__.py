"""Leases: asked for, spent offline, given back."""

"""Leases: portions of something scarce that a device may spend without a line."""

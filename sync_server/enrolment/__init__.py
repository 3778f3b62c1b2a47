"""New devices: one-time codes, keys, and which devices there are."""

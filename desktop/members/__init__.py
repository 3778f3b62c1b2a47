"""Members: registered and found at the till, offline."""

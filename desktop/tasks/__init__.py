"""Tasks: what waits for a person, and closing it."""

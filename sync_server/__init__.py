"""Head office's server: takes documents up, hands rows down, decides what must be decided."""

"""How count documents become rows and moves, and what head office answers to them."""

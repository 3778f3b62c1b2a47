"""How promises of head office and their use become rows, and what head office answers."""

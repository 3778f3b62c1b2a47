"""Sales: the till, the wholesale invoice and its collection, the simple register."""

"""A day of the demo brand, played by a real server and real clients, and proved at its end."""

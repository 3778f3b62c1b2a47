"""The command line: set up, import, look, check."""

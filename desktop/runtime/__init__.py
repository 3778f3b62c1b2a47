"""The running program: one event loop, scopes of tasks, the keyboard and the scanner."""

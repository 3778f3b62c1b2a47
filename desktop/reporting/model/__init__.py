"""State and decisions of the home screen and of reports."""

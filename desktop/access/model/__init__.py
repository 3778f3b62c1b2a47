"""State and decisions of signing in and approving."""

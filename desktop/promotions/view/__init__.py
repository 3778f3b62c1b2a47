"""The promotion screen."""

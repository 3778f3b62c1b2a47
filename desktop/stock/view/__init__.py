"""The stock screens."""

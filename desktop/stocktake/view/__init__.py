"""The counting screens."""

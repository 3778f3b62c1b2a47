"""The catalogue screens."""

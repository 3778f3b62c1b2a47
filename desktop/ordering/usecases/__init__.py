"""Orders: asking, deciding, and the goods on their way."""

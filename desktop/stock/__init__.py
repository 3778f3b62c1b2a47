"""Stock: movements, transfers, and what is where."""

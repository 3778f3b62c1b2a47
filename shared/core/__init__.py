"""Values everything else is built on: money, quantity, ids, text, errors (stdlib only)."""

"""The help pages, by language."""

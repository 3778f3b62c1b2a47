"""Texts in Chinese and English, a table per area: key, then the texts side by side."""

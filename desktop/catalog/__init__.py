"""Catalogue: publishing goods, own goods, and finding them by code or words."""

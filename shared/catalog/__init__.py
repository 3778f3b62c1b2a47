"""Catalogue: products, packs, barcodes, assortments, a shop's own goods, and finding them."""

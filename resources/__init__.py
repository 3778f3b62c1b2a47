"""Files that ship with the product: demo data, and whatever else is read and never written."""

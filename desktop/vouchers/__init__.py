"""Points and coupons: published at head office, taken at the till."""

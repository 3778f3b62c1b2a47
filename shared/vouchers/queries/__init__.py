"""What tills and head office ask of points and coupons."""

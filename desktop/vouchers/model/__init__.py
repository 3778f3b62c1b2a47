"""Points and coupons without a screen."""

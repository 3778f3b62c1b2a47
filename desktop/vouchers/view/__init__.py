"""Points and coupons on screen."""

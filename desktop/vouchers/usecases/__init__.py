"""What is done with points and coupons on a device."""

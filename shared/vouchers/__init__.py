"""What head office promised and a till takes as tender: coupons (优惠券) and points (积分)."""

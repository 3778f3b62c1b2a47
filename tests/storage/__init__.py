"""What the device's disk may do to a shop, and that nothing told as done is lost by it."""

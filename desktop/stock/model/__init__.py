"""What the stock screens know and decide, without a window."""

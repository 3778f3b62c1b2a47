"""What the counting screens know and decide, without a window."""

"""What the screens of ordering show and decide, without Qt."""

"""What the screens of accounts show and decide, without Qt."""

"""What the screens of selling show and decide, without a screen."""

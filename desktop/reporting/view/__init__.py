"""What reports and the home screen show."""

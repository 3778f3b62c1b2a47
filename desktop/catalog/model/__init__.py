"""What the catalogue screens know: goods, a file on its way in, the display for dealers."""

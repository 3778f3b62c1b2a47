"""How ordering documents become rows, and what head office answers to them."""

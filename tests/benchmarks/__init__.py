"""How fast, how small, how it grows: the rows P2-P7, P9 and P10 with their floors."""

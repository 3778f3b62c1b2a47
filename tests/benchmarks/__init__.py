"""How fast, how small, how it grows: the rows P2-P7, P9, P10 and P15 with their floors."""

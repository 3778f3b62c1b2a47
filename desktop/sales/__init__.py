"""Sales: the till, returns, wholesale invoices, collections, the simple register."""

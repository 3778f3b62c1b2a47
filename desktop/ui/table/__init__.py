"""The one table: virtual rows, filter, sort, columns, copy, paste, totals, export."""

"""Files that released versions of the program wrote: every later version has to go on with them."""

"""The screens of selling: the till, returns, the register, shifts, the sales of a day."""

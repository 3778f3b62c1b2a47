"""A store's devices share stock and baskets themselves while head office is away (Q06, I06)."""

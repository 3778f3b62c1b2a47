"""T24: any figure on a screen explains itself by its documents."""

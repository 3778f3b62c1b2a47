"""The screens of accounts: statements and expenses."""

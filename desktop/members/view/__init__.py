"""The screens of members."""

"""The screens of ordering: editor, orders, receiving, product display."""

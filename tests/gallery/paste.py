"""The clipboard, as Excel would fill it."""

from PySide6.QtGui import QGuiApplication


def put_on_clipboard(text: str) -> None:
    """Copy a text somewhere else."""
    QGuiApplication.clipboard().setText(text)

"""The main window: rail, header, screens, panels, status bar, palette, messages, help."""

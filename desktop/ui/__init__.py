"""Widgets every area uses: theme, tables, editors, panels, charts."""

"""What holds the panes: the main window, overlays, side panes, footer, and the first frame of the start."""

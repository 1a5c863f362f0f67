"""Windows: the only home of Qt. A folder for each area of a window, a file for each pane; `presenters` know no Qt."""

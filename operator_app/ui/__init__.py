"""Windows: the only home of Qt. One pane a file; `presenters` are Qt-free."""

"""The operator's window: its areas put together."""

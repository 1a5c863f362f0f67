"""The timeline and its reminders as rows, without Qt."""

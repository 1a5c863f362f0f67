"""What happened in the incident at hand, and its one line for notes and reasons."""

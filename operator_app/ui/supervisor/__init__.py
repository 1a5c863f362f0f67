"""What a supervisor keeps in order."""

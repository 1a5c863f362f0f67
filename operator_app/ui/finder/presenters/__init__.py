"""What the command bar finds, without Qt."""

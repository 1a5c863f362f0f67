"""What the footer says, without Qt."""

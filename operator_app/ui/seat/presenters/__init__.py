"""What the top of the operator's window says, without Qt."""

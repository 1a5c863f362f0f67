"""What an operator's wishes come to: orders to the seat, and the words that are still being typed. Qt-free."""

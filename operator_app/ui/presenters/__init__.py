"""What the windows show and what a wish comes to, without Qt: snapshots in, frozen views and orders out."""

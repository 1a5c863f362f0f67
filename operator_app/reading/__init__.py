"""The one reader of what people write: a table of TOML becomes a frozen value, or every fault in it is told."""

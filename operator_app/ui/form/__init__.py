"""The incident form: fields, card, known incidents, hand-over."""

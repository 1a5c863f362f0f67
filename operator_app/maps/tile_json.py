"""The names of a vector map's layers, as the metadata of its file give them."""

import json


def layer_names(text: object) -> tuple[str, ...]:
    """Return the names; none when there are none or the text is no JSON of the kind."""
    try:
        layers = json.loads(str(text))["vector_layers"]
        return tuple(str(layer["id"]) for layer in layers)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()

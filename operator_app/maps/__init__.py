"""The map without Qt: site pack, place under a point, place by name, the page and what it asks for."""

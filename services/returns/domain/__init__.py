"""The rules of returns: quarters, definitions, cells, their canonical form, suppression and differences. Pure."""

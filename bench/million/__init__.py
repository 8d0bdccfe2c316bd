"""A hub after five years, and its pages at a steady rate: `python -m bench.million`."""

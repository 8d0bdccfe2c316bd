"""The services: each a folder with its own database; none knows another."""

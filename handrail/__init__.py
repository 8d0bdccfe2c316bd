"""The operator's command and what it runs on one machine."""

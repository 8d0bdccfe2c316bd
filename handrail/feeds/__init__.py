"""Adapters from open data to the inbound contracts: what a row says is real, who it happened to is invented."""

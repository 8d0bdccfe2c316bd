"""Every SQL of the service, by noun. Reads for pages rely on the transaction's viewer: what row-level security hides is
not there."""

"""The published language of Handrail: events, topics, addresses and the lists all services share."""

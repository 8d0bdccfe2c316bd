"""Every SQL of the service, by noun: cases and hearings, windows, responses, figures, and sums to reconcile."""

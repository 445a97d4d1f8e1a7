"""Products in review, one at a time: what changed since they were approved last, and the decision."""

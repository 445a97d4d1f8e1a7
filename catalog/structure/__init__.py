"""What products are made of: the snapshot everybody reads, and the call by which its changes are told."""

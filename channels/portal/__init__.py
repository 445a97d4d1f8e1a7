"""The portal this installation serves: pages for people who have no login, made of the sheets that were sent to it."""

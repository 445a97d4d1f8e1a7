"""The library over HTTP: its page, uploads, the files themselves, replacing and removing."""

"""Files become rows of text: recognise a spreadsheet, then stream it, both in a child process with limits.

Start at `child.recognise_in_child` and `child.read_in_child`. Everything the child process imports stays free of
Django; sentences for people are made in `messages`, on the parent's side.
"""

"""How a channel's fields come to be: template (what a kind of channel wants) → recognising (which attribute of ours is
meant) → starting (the first rows of a new channel) → standing (rows beside the template since) → gaps (what comes out empty)."""

"""What the subcommands of `llmrec` print and ask; the work itself is done in the other rooms."""

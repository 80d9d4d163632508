"""How the tables of the records came to be, one file a change. Applied by `assistant.database` at start."""

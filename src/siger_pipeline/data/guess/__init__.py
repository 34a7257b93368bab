"""Which columns of users' tables are what: guesses, how sure they are, and why."""

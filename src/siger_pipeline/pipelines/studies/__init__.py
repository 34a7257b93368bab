"""The studies stage: results of trials as one table."""

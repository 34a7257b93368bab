"""Tables and plots of a run, and where its figures come from: pure functions."""

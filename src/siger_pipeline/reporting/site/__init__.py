"""All results of a project as a small site: pure functions from what was read to files."""

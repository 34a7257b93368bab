"""What measures the project's speed and memory: run by `make bench`, never by the tests."""

"""A recommender of the tests."""

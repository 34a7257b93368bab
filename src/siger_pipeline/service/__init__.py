"""A recommender's folder over HTTP: recommendations, similar items, and newcomers."""

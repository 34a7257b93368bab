"""What a trained model leaves for others: a folder that recommends without Kedro."""

from siger_pipeline.serving.parts import Parts, parts_of
from siger_pipeline.serving.recommender import FittedRecommender, load

__all__ = ["FittedRecommender", "Parts", "load", "parts_of"]

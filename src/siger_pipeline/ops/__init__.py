"""Operations on tensors and sparse matrices, without a thought of recommenders or files."""

"""SIGER Eqs. (12)–(14), term by term."""

import math

import numpy as np


def cosine(x: np.ndarray, y: np.ndarray) -> float:
    return float(x @ y) / (float(np.linalg.norm(x)) * float(np.linalg.norm(y)))


def info_nce(x: np.ndarray, y: np.ndarray, temperature: float) -> float:
    total = 0.0
    for i in range(len(x)):
        positive = math.exp(cosine(x[i], y[i]) / temperature)
        denominator = sum(math.exp(cosine(x[i], y[j]) / temperature) for j in range(len(y)))
        total -= math.log(positive / denominator)
    return total / len(x)


def dot_info_nce(x: np.ndarray, y: np.ndarray, temperature: float) -> float:
    """SLMRec's: −log softmax of dot products, the mean over rows."""
    total = 0.0
    for i in range(len(x)):
        exps = [math.exp(float(x[i] @ y[j]) / temperature) for j in range(len(y))]
        total -= math.log(exps[i] / sum(exps))
    return total / len(x)


def anchor_info_nce(
    first: np.ndarray, second: np.ndarray, anchor: np.ndarray, temperature: float
) -> float:
    total = 0.0
    for i in range(len(first)):
        both = cosine(first[i], anchor[i]) + cosine(second[i], anchor[i])
        anchored = math.exp(both / (2 * temperature))
        others = sum(
            math.exp(cosine(first[i], second[j]) / temperature)
            for j in range(len(second))
            if j != i
        )
        total -= math.log(anchored / (anchored + others))
    return total / len(first)


def perturb(
    embedding: np.ndarray,
    epsilon: float,
    noise: np.ndarray,
    permutation: np.ndarray,
    personalised: bool,
) -> np.ndarray:
    lengths = [float(np.linalg.norm(row)) for row in embedding]
    weights = [length / max(lengths) if personalised else 1.0 for length in lengths]
    first = np.zeros_like(embedding)
    for i, row in enumerate(embedding):
        direction = noise[i] / np.linalg.norm(noise[i])
        first[i] = row + epsilon * weights[i] * np.sign(row) * direction
    unit = np.array([row / np.linalg.norm(row) for row in first])
    result = np.zeros_like(embedding)
    for i, row in enumerate(embedding):
        result[i] = row + epsilon * weights[i] * unit[permutation[i]]
    return result

"""The best entries of each row, exactly: ties go to the smaller item index.

Shape suffixes: I items, B rows of a block, R some of its rows, P their candidates, K list
length.
"""

import torch

# Items per group. The k largest entries of a row lie in the k groups with the largest maxima: only
# the maxima, a sixteenth of the row, and then k groups are searched.
GROUP = 16
PADDING = -1  # the item of an empty rank, where no unseen item is left; its score is −∞
# Ordering ties takes about 48 bytes per candidate. Usually there are few, but when all scores are
# equal every entry is one: so few rows are ordered at a time that there is at most one candidate
# per twelve entries of the block, which is 4 bytes per entry.
ENTRIES_PER_CANDIDATE = 12


def best_of_rows(masked_BI: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The k largest entries of each row, −∞ left out.

    Args:
        masked_BI: float32 scores, −∞ where an item is masked, [B, I].
        k: list length, may exceed I.

    Returns:
        Item indices, int64 [B, k], and scores, float32 [B, k]: largest first, ties to the smaller
        index; padded with −1 and −∞.
    """
    width = min(k, masked_BI.shape[1])
    # `torch.topk` leaves the order of equal values open. One entry more than k shows whether a tie
    # crosses the end of the list.
    values, order = _largest(masked_BI, min(width + 1, masked_BI.shape[1]))
    index_BK, score_BK = order[:, :width].clone(), values[:, :width].clone()
    index_BK[score_BK == -torch.inf] = PADDING
    tied_B = ((values[:, 1:] == values[:, :-1]) & (values[:, 1:] > -torch.inf)).any(dim=1)
    if tied_B.any():
        _order_ties(masked_BI, score_BK[:, -1:], tied_B, index_BK)
    missing = (0, k - width)
    return (
        torch.nn.functional.pad(index_BK, missing, value=PADDING),
        torch.nn.functional.pad(score_BK, missing, value=-torch.inf),
    )


def _largest(scores_BI: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The ``count`` largest values of each row, largest first, and their indices, [B, count]."""
    columns = scores_BI.shape[1] // GROUP
    if columns < 2 * count:
        return torch.topk(scores_BI, count, dim=1)
    # Entries `columns` apart form a group, so that the maxima are taken over contiguous vectors.
    grouped_BGC = scores_BI[:, : GROUP * columns].unflatten(1, (GROUP, columns))
    best_BK = torch.topk(grouped_BGC.amax(dim=1), count, dim=1, sorted=False).indices
    steps_G1 = columns * torch.arange(GROUP, device=scores_BI.device)[:, None]
    rest_R = torch.arange(GROUP * columns, scores_BI.shape[1], device=scores_BI.device)
    index_BP = torch.cat(
        [(best_BK[:, None] + steps_G1).flatten(1), rest_R.expand(len(scores_BI), -1)], dim=1
    )
    values, chosen = torch.topk(scores_BI.gather(1, index_BP), count, dim=1)
    return values, index_BP.gather(1, chosen)


def _order_ties(
    masked_BI: torch.Tensor, last_B1: torch.Tensor, tied_B: torch.Tensor, index_BK: torch.Tensor
) -> None:
    """Rank the rows with a tie again, in place, among all entries that reach the k-th score."""
    # The k-th score of a list that is not full is −∞, but masked entries are no candidates.
    least_B1 = last_B1.clamp(min=torch.finfo(torch.float32).min)
    candidate_BI = (masked_BI >= least_B1) & tied_B[:, None]
    most = int(candidate_BI.sum(dim=1).max())
    step = max(1, masked_BI.numel() // (ENTRIES_PER_CANDIDATE * most))
    for start in range(0, len(masked_BI), step):
        rows = slice(start, start + step)
        ranked = _by_score_then_index(masked_BI[rows], candidate_BI[rows], index_BK.shape[1])
        index_BK[rows] = torch.where(tied_B[rows, None], ranked, index_BK[rows])


def _by_score_then_index(
    masked_RI: torch.Tensor, candidate_RI: torch.Tensor, width: int
) -> torch.Tensor:
    """The first ``width`` candidates of each row, int64 [R, K], padded with −1."""
    row_P, item_P = torch.nonzero(candidate_RI, as_tuple=True)
    by_score = torch.argsort(masked_RI[row_P, item_P], descending=True, stable=True)
    order = by_score[torch.argsort(row_P[by_score], stable=True)]
    size_R = candidate_RI.sum(dim=1)
    start_R = size_R.cumsum(dim=0) - size_R
    rank_P = torch.arange(len(row_P), device=row_P.device) - start_R[row_P]
    inside = rank_P < width
    index_RK = row_P.new_full((len(masked_RI), width), PADDING)
    index_RK[row_P[inside], rank_P[inside]] = item_P[order][inside]
    return index_RK

"""Small models of random weights in folders, as transformers saves them."""

from pathlib import Path

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "socks", "hat", "warm"]


def of_texts(folder: Path) -> Path:
    """A BERT of 16 dimensions that reads 12 tokens."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    shape = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=12, **shape)
        BertModel(config).save_pretrained(folder)
    vocabulary = {word: n for n, word in enumerate(WORDS)}
    BertTokenizer(vocabulary, model_max_length=12).save_pretrained(folder)
    return folder


def of_pictures(folder: Path) -> Path:
    """A vision transformer of 16 dimensions."""
    import torch
    from transformers import ViTConfig, ViTImageProcessorPil, ViTModel

    shape = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        ViTModel(ViTConfig(image_size=32, patch_size=16, **shape)).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder

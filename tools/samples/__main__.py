"""Write the shop in each format: `python -m tools.samples FOLDER [--seed N]`.

The tracked samples are `python -m tools.samples data/01_raw/samples`, from the repository.
"""

import gzip
from pathlib import Path

import click

from tools.samples.amazon import files_2014, files_2023
from tools.samples.others import microlens, mmrec, recbole
from tools.samples.shop import make_shop
from tools.samples.tables import tables

SEED = 11  # of the tracked samples


def make_files(seed: int) -> dict[str, bytes]:
    """Path below the folder -> content: same seed, same bytes."""
    shop = make_shop(seed)
    of_mmrec = mmrec(shop, seed)
    split = {name: text for name, text in of_mmrec.items() if not name.endswith(".npy")}
    folders = {
        "amazon_2014": files_2014(shop, seed) | {f"split/{n}": text for n, text in split.items()},
        "amazon_2023": files_2023(shop),
        "microlens": microlens(shop),
        "mmrec": of_mmrec,
        "recbole": recbole(shop),
        "tables": tables(shop, seed),
    }
    return {
        f"{folder}/{name}": _content(name, content)
        for folder, files in folders.items()
        for name, content in files.items()
    }


def _content(name: str, content: bytes | str) -> bytes:
    """The bytes of a file; gzip without a name or a time in it."""
    plain = content.encode() if isinstance(content, str) else content
    return gzip.compress(plain, mtime=0) if name.endswith(".gz") else plain


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=SEED, show_default=True, help="Another seed, another shop.")
def main(folder: Path, seed: int) -> None:
    """Write a folder for each format to FOLDER."""
    files = make_files(seed)
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error}") from error
    click.echo(f"{len(files)} files written to {folder}")


if __name__ == "__main__":
    main()

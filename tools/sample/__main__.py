"""Write the files of the made-up shop: `python -m tools.sample FOLDER [--seed N]`.

The tracked sample is `python -m tools.sample data/01_raw/sample`, from the repository.
"""

import gzip
import json
from pathlib import Path

import click
from PIL import Image

from tools.sample.catalogue import make_catalogue
from tools.sample.records import Picture, Record

SEED = 7  # of the tracked sample


def write_lines(path: Path, records: list[Record]) -> None:
    """A gzip file of JSON lines, without a name or time in it: same records, same bytes.

    It replaces an earlier one as a whole, or not at all.
    """
    text = "".join(json.dumps(record) + "\n" for record in records)
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        unfinished.write_bytes(gzip.compress(text.encode(), mtime=0))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_pictures(folder: Path, pictures: dict[str, Picture]) -> None:
    """One PNG file per item, named by its id.

    Raises:
        click.ClickException: the folder holds pictures of other items.
    """
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted(path.name for path in folder.iterdir() if path.stem not in pictures)
    if others:
        raise click.ClickException(
            f"{folder} holds {len(others)} files of another catalogue, such as {others[0]}: "
            "name an empty folder, or empty this one first"
        )
    for asin, picture in pictures.items():
        Image.fromarray(picture).save(folder / f"{asin}.png", optimize=True)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=SEED, show_default=True, help="Another seed, another shop.")
def main(folder: Path, seed: int) -> None:
    """Write reviews.json.gz, metadata.json.gz and images/<asin>.png to FOLDER."""
    catalogue = make_catalogue(seed)
    try:
        write_pictures(folder / "images", catalogue.pictures)
        write_lines(folder / "reviews.json.gz", catalogue.reviews)
        write_lines(folder / "metadata.json.gz", catalogue.metadata)
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error}") from error
    click.echo(
        f"{len(catalogue.reviews)} reviews, {len(catalogue.metadata)} records and "
        f"{len(catalogue.pictures)} pictures written to {folder}"
    )


if __name__ == "__main__":
    main()

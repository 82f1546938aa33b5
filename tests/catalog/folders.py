"""Writes small catalogue folders in every layout for the tests."""

from collections.abc import Mapping
from pathlib import Path

from llmrec.catalog.load import Report, _read
from llmrec.catalog.types import Catalog


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder, with those files in it (names may hold slashes)."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


GENERIC = {
    "items.csv": (
        "item_id,title,year,genres,overview\n"
        "1,Toy Story (1995),1995,Animation|Comedy,Toys live\n"
        "02,Heat (1995),1995,Crime,A thief and a cop\n"
        "3,Alien,1979,Horror|Sci-Fi,\n"
    ),
    "interactions.tsv": "u1\t1\t5\t100\nu1\t02\t4\t200\nu2\t3\t3\t50\nu2\t1\t1\t60\n",
}
ML_100K = {
    "u.data": "7\t1\t5\t881250949\n7\t2\t3\t881250950\n",
    "u.item": (
        "1|Toy Story (1995)|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
        "2|Misérables, Les (1995)|01-Jan-1995||http://x|0|0|0|0|0|0|0|0|1|0|0|0|1|0|0|0|0|0|0\n"
        "3|unknown||||1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
    ).encode("latin-1"),
    "u.user": "7|24|M|technician|85711\n",
}
ML_1M = {
    "movies.dat": "1::Toy Story (1995)::Animation|Children's|Comedy\n2::Alien: One (1979)::Horror\n",
    "ratings.dat": "1::2::5::978300760\n1::1::3::978302109\n",
}
ML_LATEST = {
    "movies.csv": (
        'movieId,title,genres\r\n1,"Usual Suspects, The (1995)",Crime|Mystery\r\n2,Odd,(no genres listed)\r\n'
    ),
    "ratings.csv": "userId,movieId,rating,timestamp\r\n1,1,4.5,964982703\r\n1,2,4.0,964981247\r\n",
}
RECBOLE = {
    "mini.inter": (
        "user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t1\t3\t881250949\n196\t2\t3\t881250950\n"
    ),
    "mini.item": (
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        "1\tToy Story\t1995\tAnimation Children's Comedy\n2\tunkonwn\tunkonwn\tunknown\n"
        '3\tThe "Great" Giving (1995)\tV\tDrama\n'
    ),
    "mini.user": "user_id:token\tage:token\n196\t24\n",
}
HM = {
    "articles.csv": (
        "article_id,product_code,prod_name,product_type_no,product_type_name,graphical_appearance_name,"
        "colour_group_name,department_name,section_name,garment_group_name,detail_desc\n"
        '0108775015,0108775,Strap top,253,Vest top,Solid,Black,Jersey Basic,Womens,Basic,"Jersey, fine"\n'
        "0108775044,0108775,Strap top,253,Vest top,Solid,White,Jersey Basic,Womens,Basic,\n"
    ),
    "transactions_train.csv": (
        "t_dat,customer_id,article_id,price,sales_channel_id\n"
        "2018-09-20,c1,0108775015,0.02,2\n2018-09-21,c1,0108775044,0.01,2\n2018-09-22,c2,0108775015,0.04,1\n"
    ),
    "customers.csv": "customer_id,age\nc1,49\n",
    "images/010/0108775015.jpg": b"not looked into when the catalogue is read",
}

T0 = 1713310388  # 2024-04-16 23:33:08 UTC
DAY = 1713225600
ITEMS = "item_id,title,category,price\n" + "".join(f"{n},Lamp {n},Kitchen,{n}.5\n" for n in range(1, 13))
EVENTS = "user_id,item_id,rating,timestamp\n" + "".join(
    f"{u},{(u * 3 + n) % 12 + 1},{n},{T0 + n * 1000}\n" for u in range(1, 7) for n in range(1, 5)
)


def read(folder: Path, files: dict[str, str | bytes]) -> tuple[Catalog, Report]:
    """The catalogue of the files, completed by `ITEMS` and `EVENTS`."""
    given = {name.split(".")[0] for name in files}
    rest = {name: text for name, text in {"items.csv": ITEMS, "interactions.csv": EVENTS}.items()
            if name.split(".")[0] not in given}  # fmt: skip
    return _read(write(folder / "shop", {**rest, **files}), folder / "bad.jsonl", None)

"""Fairness: gaps of explanation metrics between groups of users, and sensitive words in explanations.

Groups come from a table of their own, which no model reads.
"""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from llmrec.audit.grounding import Judged, owners
from llmrec.audit.metric import Metric, absent, mean
from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Vocabulary, words
from llmrec.errors import BadInput
from llmrec.verification.reading import Reading

Groupings = Mapping[str, Mapping[str, str]]
"""Grouping ("gender") -> user -> group ("F")."""
USER_COLUMNS = ("user", "user_id", "customer_id")
MOVIELENS = ("user", "age", "gender", "occupation", "zip")
"""Columns of MovieLens-100K's `u.user`, which has no header."""
BANDED = 12
"""A column of numbers with more values than this is cut into three bands of as many users."""


def read_groups(file: Path) -> Groupings:
    """Read the groups of users whose explanations are compared.

    Parameters
    ----------
    file : Path
        Delimited by comma, tab, semicolon or bar, with a header: a user and one or more groups. A column in which most
        users stand alone (a postcode) makes no groups; one of many numbers is cut into three bands.

    Returns
    -------
    mapping of str to mapping of str to str
        Grouping -> user -> group.

    Raises
    ------
    BadInput
        Where the file cannot be read or has no such columns.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as a table of groups ({error}); pass a CSV file in UTF-8") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",\t;|", key=head.count)
    names = MOVIELENS if re.match(r"\d+\|\d+\|[FM]\|", head) else None
    rows = list(csv.DictReader(text.splitlines(), names, delimiter=delimiter))
    user = next((name for name in USER_COLUMNS if rows and name in rows[0]), None)
    columns = [name for name in (rows[0] if rows else {}) if name and name != user]
    if user is None or not columns:
        raise BadInput(f"{file} needs a column user and one or more of groups (its first line: {head[:80]!r})")
    groupings = {name: _banded({row[user]: (row[name] or "").strip() for row in rows if row[user]}) for name in columns}
    return {name: groups for name, groups in groupings.items() if 2 * len(set(groups.values())) <= len(groups)}


def _banded(groups: dict[str, str]) -> dict[str, str]:
    try:
        numbers = {user: float(value) for user, value in groups.items() if value}
    except ValueError:
        return groups
    if len(set(numbers.values())) <= BANDED:
        return groups
    ordered = sorted(numbers.values())
    low, high = ordered[len(ordered) // 3], ordered[2 * len(ordered) // 3]
    names = (f"under {low:g}", f"{low:g} to {high:g}", f"over {high:g}")
    return {user: names[0 if n < low else 1 if n <= high else 2] for user, n in numbers.items()}


MIN_GROUP = 20
"""Smallest group that is compared: with fewer explanations the figures are noise."""
SENSITIVE = frozenset(
    word
    for listed in (
        "man men woman women male males female females gender sex boy boys girl girls husband wife",
        "age aged old elderly young teenager teenage student retired occupation job income rich poor zip",
        "race ethnic ethnicity black asian hispanic latino white immigrant nationality",
        "religion religious christian muslim jewish hindu catholic",
        "gay lesbian straight bisexual transgender disabled disability pregnant married divorced single",
    )
    for word in listed.split()
)
"""Words for what a person is, which no reason for an item needs."""
LEAKAGE_DESCRIPTION = (
    "explanations with a word for what a person is (sex, age, origin, belief, …) outside titles and attributes"
)
NO_GROUPS = "there is no table of groups: pass --groups FILE with a column user and one or more of groups"


def leakage(judged: Sequence[Judged], catalog: Catalog, groupings: Groupings | None) -> Metric:
    """Measure how many explanations hold a sensitive word, or a group's own name, that is no title and no attribute.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    catalog : Catalog
    groupings : mapping or None
        See `read_groups`.

    Returns
    -------
    Metric
    """
    named = {word for groups in (groupings or {}).values() for group in groups.values() for word in _words(group)}
    listed = SENSITIVE | {word for word in named if word.isalpha() and len(word) > 2}
    hits = [float(bool(sensitive(each, catalog, listed))) for each in judged]
    return mean("sensitive_leakage", LEAKAGE_DESCRIPTION, owners(judged), hits, "lower")


def sensitive(judged: Judged, catalog: Catalog, listed: frozenset[str] = SENSITIVE) -> set[str]:
    """Find the sensitive words of one explanation; those of the item's own description are the catalogue's.

    Parameters
    ----------
    judged : Judged
    catalog : Catalog
    listed : frozenset of str
        Words that count as sensitive, in lower case.

    Returns
    -------
    set of str
    """
    reading = Reading.of(judged.explanation.text, Vocabulary.of(catalog))
    item_words = _words(catalog.item(judged.explanation.item).text())
    return {word for word, _, _ in reading.words if word in listed and word not in item_words}


def parity(
    judged: Sequence[Judged], values: Mapping[str, Sequence[float | None]], groupings: Groupings | None
) -> tuple[list[Metric], dict[str, dict[str, dict[str, Metric]]]]:
    """Measure the largest gap between groups of users.

    Parameters
    ----------
    judged : sequence of Judged
        The explanations, read by the verifier.
    values : mapping of str to sequence of float or None
        Measure -> its value for each explanation, None where it has none.
    groupings : mapping or None
        See `read_groups`; without them every gap is NaN.

    Returns
    -------
    list of Metric, dict
        A gap for each measure and grouping; and grouping -> group -> measure -> metric.
    """
    if groupings is None:
        return [absent(f"gap_{name}", _gap(name, "users"), NO_GROUPS, "lower") for name in values], {}
    gaps: list[Metric] = []
    table: dict[str, dict[str, dict[str, Metric]]] = {}
    for grouping, group_of in groupings.items():
        groups = [group_of.get(user, "") for user in owners(judged)]
        counts = Counter(group for group in groups if group)
        large = sorted(group for group, n in counts.items() if n >= MIN_GROUP)
        table[grouping] = {
            group: {name: _within(name, judged, column, groups, group) for name, column in values.items()}
            for group in large
        }
        for name in values:
            description, label = _gap(name, grouping), f"gap_{name}_{grouping}"
            group_values = [m.value for metrics in table[grouping].values() if (m := metrics[name]).n >= MIN_GROUP]
            if len(group_values) < 2:
                reason = f"fewer than two groups of {grouping!r} have {MIN_GROUP} explanations"
                gaps.append(absent(label, description, reason, "lower"))
            else:
                gap, explained = max(group_values) - min(group_values), sum(counts[group] for group in large)
                gaps.append(Metric(label, gap, description, "lower", n=explained))
    return gaps, table


def _within(
    name: str, judged: Sequence[Judged], column: Sequence[float | None], groups: Sequence[str], group: str
) -> Metric:
    values = [
        (each.explanation.user, value)
        for each, value, its_group in zip(judged, column, groups, strict=True)
        if its_group == group and value is not None
    ]
    return mean(name, f"{name} in group {group}", [user for user, _ in values], [value for _, value in values])


def _gap(name: str, grouping: str) -> str:
    return f"largest difference of {name} between two groups of {grouping}, each with at least {MIN_GROUP} explanations"


def _words(text: str) -> set[str]:
    return {word for word, _, _ in words(text)}

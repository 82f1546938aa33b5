"""Why an item is in a list, in Chinese, composed of the measured evidence alone."""

from llmrec.catalog import Catalog
from llmrec.catalog.vocabulary import Facet
from llmrec.catalog.wording import plain, wording
from llmrec.chat.nlu.languages import in_chinese
from llmrec.evidence.records import ItemEvidence, Pairing

_VERBS = {"film": "看", "product": "买"}
"""What a person did with an item of the history, by what the catalogue's items are called."""


def reason_in_chinese(evidence: ItemEvidence, catalog: Catalog, detailed: bool = False, titled: bool = True) -> str:
    """Say in Chinese why an item is in a list, from the measured evidence alone.

    Parameters
    ----------
    evidence
        Of the item.
    catalog
        The items.
    detailed
        Whether it is told, too, where the item would rank without its strongest cause.
    titled
        Whether the item is named: not where it stands below its title.

    Returns
    -------
    str

    Examples
    --------
    >>> from llmrec.catalog import Item
    >>> from llmrec.evidence.records import Counterfactual, Evidence
    >>> films = Catalog("films", (Item("1", "Fargo"),), {})
    >>> query = Evidence(None, None, "query", 3.08)
    >>> heist = ItemEvidence("1", (query,), "a heist", (Counterfactual(None, 2, 508),))
    >>> reason_in_chinese(heist, films)
    '推荐《Fargo》,是因为它最接近您说的。'
    >>> reason_in_chinese(heist, films, detailed=True)
    '推荐《Fargo》,是因为它最接近您说的。没有您说的话,它会排第508,而不是第2。'
    >>> reason_in_chinese(heist, films, titled=False)
    '它最接近您说的。'
    """
    title = plain(catalog.item(evidence.item).title)
    if evidence.pairing is not None and not evidence.answers_query:
        paired = _pairing_in_chinese(evidence.pairing, catalog)
        return f"推荐《{title}》,是为了{paired}" if titled else f"可以{paired}"
    noun, reasons = wording(catalog).noun, []
    if evidence.answers_query:
        named = "、".join(dict.fromkeys(in_chinese(facet.value) for facet in evidence.queried))
        film = all(facet.name in ("genres", "genre") for facet in evidence.queried) and not named.endswith("片")
        reasons.append(f"您想要{named}{'片' if film else ''},它正是" if named else "它最接近您说的")
    for each in evidence.causes[:2]:
        past = each.history_item or ""
        shared = "、".join(dict.fromkeys(in_chinese(facet.value) for facet in evidence.shared(past)))
        also = f"也是{shared}" if shared else "和它相近"
        reasons.append(f"您{_VERBS.get(noun, '选')}过的《{plain(catalog.item(past).title)}》{also}")
    told_rank = ""
    if not reasons:
        reasons.append("主要是因为它受大家欢迎" if not titled else "它受大家欢迎")
        told_rank = "您的话和记录里没有哪一条单独起了作用。" if detailed else ""
    for rank in evidence.counterfactuals[:1] if detailed and not told_rank else ():
        what = "您说的话" if rank.history_item is None else f"《{plain(catalog.item(rank.history_item).title)}》"
        if rank.rank_without != rank.rank:
            told_rank = f"没有{what},它会排第{rank.rank_without},而不是第{rank.rank}。"
    said = f"推荐《{title}》,是因为{',也因为'.join(reasons)}" if titled else ";".join(reasons)
    return f"{said}。{told_rank}"


def _pairing_in_chinese(pairing: Pairing, catalog: Catalog) -> str:
    """Say in Chinese why an item goes with another, from what was counted alone."""
    anchor = plain(catalog.item(pairing.anchor).title)
    verb = "看" if wording(catalog).noun == "film" else "买"
    said = f"和《{anchor}》搭配"
    if pairing.days:
        keys = (pairing.anchor_value, pairing.item_value)
        theirs, ours = (in_chinese(Facet.of(key).value) if key else "" for key in keys)
        first = f"{verb}过“{theirs}”的" if theirs else f"{verb}过它的"
        second = "又" if theirs and theirs == ours else "也"
        what = f"{verb}了“{ours}”" if ours else f"{verb}了这个"
        return (
            f"{said}:在{first}约{pairing.group}天里,有约{pairing.both}天{second}{what};"
            f"全部约{pairing.days}天里只有约{pairing.takers}天。"
        )
    if pairing.shared is None:
        return f"{said}。"
    return f"{said};同一天的记录太少,只知道两者都是“{in_chinese(Facet.of(pairing.shared).value)}”。"

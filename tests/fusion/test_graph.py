"""Features that flow: along purchases, along likeness, and to items that nobody took."""

import torch
from torch import Tensor

from llmrec.fusion import build_fusion
from llmrec.fusion.base import FusionSizes, ItemBatch
from llmrec.fusion.item_graph import item_graph, nearest

ITEMS = 6


def clusters() -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Items 0-2 are alike in text, 3-5 too; item 5 has no picture."""
    draw = torch.Generator().manual_seed(0)
    text = torch.cat([torch.tensor([[1.0, 0, 0]]).repeat(3, 1), torch.tensor([[0, 1.0, 0]]).repeat(3, 1)])
    vectors = {"text": text + 0.01 * torch.randn(6, 3, generator=draw), "image": torch.randn(6, 4, generator=draw)}
    mask = {"text": torch.ones(6, dtype=torch.bool), "image": torch.arange(6) != 5}
    return vectors, mask


def content(interacted: list[tuple[int, int]], vectors: dict[str, Tensor], mask: dict[str, Tensor]) -> Tensor:
    torch.manual_seed(0)
    pairs = torch.tensor(interacted, dtype=torch.long).reshape(-1, 2).T
    net = build_fusion("graph", FusionSizes({"text": 3, "image": 4}, 16, 1, 0.05))
    return net.content(ItemBatch(vectors, mask, graph=item_graph(vectors, mask, pairs))).detach()


def test_nearest_are_the_alike_and_never_the_item_itself() -> None:
    vectors, mask = clusters()
    pairs = nearest(vectors["text"], mask["text"], k=2)
    assert pairs.shape == (2, 12)
    assert all((a < 3) == (b < 3) and a != b for a, b in pairs.T.tolist())
    pictures = nearest(vectors["image"], mask["image"], k=10)
    assert 5 not in pictures  # it has none
    assert pictures.shape == (2, 5 * 4)
    assert nearest(vectors["image"], torch.arange(6) == 1).shape == (2, 0)


def test_purchase_links_items_that_are_not_alike() -> None:
    vectors, mask = clusters()
    mask["text"] = torch.zeros(6, dtype=torch.bool)
    mask["image"] = torch.tensor([True, False, False, False, False, True])  # two pictures, alike enough to be linked
    assert not content([], vectors, mask)[3, 7:].any()
    reached = content([(0, 0), (3, 0)], vectors, mask)
    assert reached[3, 7:].abs().sum() > 0  # item 3 has nothing itself; its buyer also took item 0
    assert not reached[4, 7:].any()  # nobody took item 4, nothing is like it


def test_item_without_a_picture_borrows_the_look_of_its_likes() -> None:
    vectors, mask = clusters()
    before = content([], vectors, mask)
    borrowed = before[5, 7 + 128 :]
    assert borrowed.abs().sum() > 0
    vectors["image"][3:5] += 1
    assert not torch.allclose(content([], vectors, mask)[5, 7 + 128 :], borrowed)
    assert not before[5, 3:7].any()  # but it claims no picture of its own

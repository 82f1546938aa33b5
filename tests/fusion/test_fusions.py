"""What every fusion owes: missing media say nothing, K tokens as large as words, gradients everywhere."""

from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from llmrec.errors import BadInput
from llmrec.fusion import FUSIONS, TEMPORALS, build_fusion, build_temporal, fusion_class
from llmrec.fusion.base import Fusion, FusionSizes, ItemBatch
from llmrec.fusion.item_graph import ItemGraph, item_graph, nearest

DIMS = {"text": 6, "image": 4, "video": 5}
STEPS = {"video": 3}
ITEMS = 7
Media = tuple[dict[str, Tensor], dict[str, Tensor]]
EVENTS = torch.tensor([[0, 1, 1, 2, 6], [0, 0, 1, 1, 2]])


def media(fusion: str, seed: int, bits: int = 0b010_111_101_110_011_001_000) -> Media:
    """Seeded vectors of 7 items; three bits an item say what it has."""
    draw = torch.Generator().manual_seed(seed)
    vectors = {m: torch.randn(ITEMS, dim, generator=draw) for m, dim in DIMS.items()}
    if fusion == "resampler":
        vectors["video"] = torch.randn(ITEMS, STEPS["video"], DIMS["video"], generator=draw)
    mask = {m: torch.tensor([bool(bits >> (3 * row + n) & 1) for row in range(ITEMS)]) for n, m in enumerate(DIMS)}
    return vectors, mask


def build(fusion: str, drawn: Media, soft_tokens: int = 1) -> "Drawn":
    torch.manual_seed(0)
    net = build_fusion(fusion, FusionSizes(DIMS, 16, soft_tokens, 0.05, STEPS))
    with torch.no_grad():
        for name, p in net.named_parameters():
            if "gates" in name:
                p.fill_(0.7)  # as if trained: closed gates would hide what is behind them
    return Drawn(net.eval(), item_graph(*drawn, EVENTS) if net.reads_neighbours else None)


@dataclass
class Drawn:
    """A fusion, and the graph of the items it was built for."""

    net: Fusion
    graph: ItemGraph | None

    def batch(self, vectors: dict[str, Tensor], mask: dict[str, Tensor]) -> ItemBatch:
        return ItemBatch(vectors, mask, graph=self.graph)


def both(built: Drawn, drawn: Media) -> tuple[Tensor, Tensor]:
    batch = built.batch(*drawn)
    return built.net(batch).detach(), built.net.content(batch).detach()


@pytest.mark.parametrize("fusion", FUSIONS)
@settings(max_examples=8, deadline=None)
@given(
    bits=st.integers(0, 2 ** (3 * ITEMS) - 1),
    wild=st.sampled_from([1e6, float("nan"), float("inf")]),
    k=st.integers(1, 3),
)
def test_masked_modality_changes_nothing_whatever_its_vector_holds(fusion: str, bits: int, wild: float, k: int) -> None:
    vectors, mask = media(fusion, 1, bits)
    other = {m: x.masked_fill(~mask[m].view(-1, *[1] * (x.dim() - 1)), wild) for m, x in vectors.items()}
    tokens, content = both(build(fusion, (vectors, mask), k), (vectors, mask))
    again, content_again = both(build(fusion, (other, mask), k), (other, mask))
    assert torch.equal(tokens, again) and torch.equal(content, content_again)
    assert torch.isfinite(tokens).all() and torch.isfinite(content).all()
    assert tokens.shape == (ITEMS, k, 16) and content.shape[0] == ITEMS


@pytest.mark.parametrize("fusion", FUSIONS)
def test_modality_that_is_there_counts(fusion: str) -> None:
    vectors, mask = media(fusion, 1, 2 ** (3 * ITEMS) - 1)
    net = build(fusion, (vectors, mask))
    tokens, content = both(net, (vectors, mask))
    for m in DIMS:
        moved = vectors | {m: vectors[m].clone()}
        moved[m][2] += 1
        tokens_moved, content_moved = both(net, (moved, mask))
        assert not torch.allclose(tokens[2], tokens_moved[2]) and not torch.allclose(content[2], content_moved[2])
        hidden = mask | {m: mask[m] & (torch.arange(ITEMS) != 2)}
        assert not torch.allclose(tokens[2], both(net, (vectors, hidden))[0][2])
        if not net.net.reads_neighbours:
            assert torch.equal(tokens[3:], tokens_moved[3:]) and torch.equal(content[3:], content_moved[3:])


@pytest.mark.parametrize("fusion", FUSIONS)
def test_tokens_are_as_large_as_words(fusion: str) -> None:
    drawn = media(fusion, 2)
    assert abs(float(both(build(fusion, drawn, 3), drawn)[0].std()) - 0.05) < 0.015


@pytest.mark.parametrize("fusion", FUSIONS)
def test_an_item_without_any_media_has_a_finite_token(fusion: str) -> None:
    drawn = media(fusion, 0)  # the first of the seven items has none
    assert not any(there[0] for there in drawn[1].values())
    assert both(build(fusion, drawn), drawn)[0][0].isfinite().all()


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_parameter_learns(fusion: str) -> None:
    drawn = media(fusion, 3, 2 ** (3 * ITEMS) - 1)
    net = build(fusion, drawn, 2)
    draw = torch.Generator().manual_seed(0)
    tokens, content = net.net(net.batch(*drawn)), net.net.content(net.batch(*drawn))
    asked = (tokens * torch.randn(tokens.shape, generator=draw)).sum()
    (asked + (content * torch.randn(content.shape, generator=draw)).sum()).backward()
    for name, p in net.net.named_parameters():
        assert p.grad is not None and torch.isfinite(p.grad).all(), name
        assert p.grad.abs().max() > 0, name


@pytest.mark.parametrize("fusion", ["weighted", "late"])
def test_weights_are_shares_that_follow_what_was_learnt(fusion: str) -> None:
    drawn = media(fusion, 1)
    net = build(fusion, drawn).net
    assert net.shares() == pytest.approx(dict.fromkeys(DIMS, 1 / 3), abs=1e-4)
    with torch.no_grad():
        (net.logits if fusion == "weighted" else net.score_logits)[1] += 2  # type: ignore[operator, union-attr]
    assert sum(net.shares().values()) == pytest.approx(1)
    assert net.shares()["image"] > 0.5
    assert not build("concat", drawn).net.shares()


def test_weighted_sum_hands_the_share_of_a_missing_modality_to_the_others() -> None:
    vectors, mask = media("weighted", 1, 0b001)
    net = build("weighted", (vectors, mask)).net
    alone = net.project["text"](vectors["text"][0])  # type: ignore[index, operator]
    assert torch.allclose(net.content(ItemBatch(vectors, mask))[0], alone, atol=1e-6)


def test_late_scores_add_up_over_modalities() -> None:
    """q·v is the sum of what each modality scores by itself, under any linear item head."""
    vectors, mask = media("late", 1, 2 ** (3 * ITEMS) - 1)
    net, head = build("late", (vectors, mask)).net, torch.nn.Linear(3 * 128, 8, bias=False)
    q, nobody = torch.randn(8), torch.zeros(ITEMS, dtype=torch.bool)
    whole = head(net.content(ItemBatch(vectors, mask))) @ q
    alone = [ItemBatch(vectors, {m: mask[m] if m == one else nobody for m in DIMS}) for one in DIMS]
    apart = [head(net.content(batch)) @ q for batch in alone]
    assert torch.allclose(whole, torch.stack(apart).sum(0), atol=1e-5)


def test_recurrent_fusion_reads_in_order_and_resampler_tells_frames_apart() -> None:
    vectors, mask = media("resampler", 1, 2 ** (3 * ITEMS) - 1)
    net = build("resampler", (vectors, mask)).net
    backwards = vectors | {"video": vectors["video"].flip(1)}
    assert not torch.allclose(net(ItemBatch(vectors, mask)), net(ItemBatch(backwards, mask)))
    same = {m: torch.ones(1, 4) for m in ("a", "b")}
    torch.manual_seed(0)
    gru = build_fusion("recurrent", FusionSizes({"a": 4, "b": 4}, 16, 1, 0.05))
    there = {m: torch.ones(1, dtype=torch.bool) for m in same}
    first = gru(ItemBatch(same | {"a": -same["a"]}, there))
    assert not torch.allclose(first, gru(ItemBatch(same | {"b": -same["b"]}, there)))


@pytest.mark.parametrize("name", ["os:getcwd", "collections:OrderedDict"])
def test_what_is_no_fusion_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=f"fusion '{name}' is no subclass of `llmrec.fusion.base.Fusion`"):
        fusion_class(name)


def test_graph_needs_its_edges() -> None:
    with pytest.raises(ValueError, match="edges"):
        build_fusion("graph", FusionSizes(DIMS, 16, 1, 0.05, STEPS))(ItemBatch(*media("graph", 1)))


DIM, FRAMES = 6, 5


def frames(items: int = 4) -> torch.Tensor:
    return torch.randn(items, FRAMES, DIM, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", TEMPORALS)
def test_one_vector_an_item_and_as_many_frames_as_came(name: str) -> None:
    torch.manual_seed(0)
    model = build_temporal(name, DIM, FRAMES)
    read = model(frames())
    assert read.shape == (4, FRAMES, model.width) and model.pool(read).shape == (4, model.width)
    assert torch.allclose(model.pool(read)[:, :DIM], frames().mean(1), atol=1e-6)  # the mean is always there
    assert torch.isfinite(model.pool(model(torch.zeros(2, FRAMES, DIM)))).all()


@pytest.mark.parametrize(("name", "tells"), [("mean", False), ("transformer", True), ("lstm", True)])
def test_order_of_frames(name: str, tells: bool) -> None:
    torch.manual_seed(0)
    model = build_temporal(name, DIM, FRAMES)
    forwards, backwards = (model.pool(model(x)).detach() for x in (frames(), frames().flip(1)))
    assert torch.allclose(forwards, backwards, atol=1e-5) != tells


@pytest.mark.parametrize("name", ["transformer", "lstm"])
def test_direction_of_motion_is_learnt(name: str) -> None:
    """Clips of one object that moves left or right: the same frames in another order."""
    torch.manual_seed(0)
    model, head = build_temporal(name, 4, FRAMES), torch.nn.Linear(build_temporal(name, 4, FRAMES).width, 1)
    place = torch.linspace(-1, 1, FRAMES)[None, :, None]
    right = torch.rand(64, 1, 1) < 0.5
    clips = torch.where(right, place, -place) * torch.tensor([1.0, 0, 0, 0]) + 0.1 * torch.randn(64, FRAMES, 4)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], lr=5e-3)
    for _ in range(40):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(head(model.pool(model(clips))), right[:, 0].float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.2


NODES = 6


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

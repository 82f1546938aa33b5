"""Soft tokens from media: what is missing says nothing."""

import torch

from llmrec.fusion.base import FusionSizes, ItemBatch
from llmrec.fusion.concat import ConcatFusion


def parts(seed: int = 0) -> ItemBatch:
    generator = torch.Generator().manual_seed(seed)
    vectors = {
        "text": torch.randn(5, 6, generator=generator),
        "image": torch.randn(5, 4, generator=generator),
    }
    mask = {"text": torch.tensor([1, 1, 0, 1, 0]).bool(), "image": torch.tensor([1, 0, 1, 0, 0]).bool()}
    return ItemBatch(vectors, mask)


def fusion(soft_tokens: int = 1) -> ConcatFusion:
    torch.manual_seed(0)
    return ConcatFusion(FusionSizes({"text": 6, "image": 4}, 8, soft_tokens, spread=0.05))


def test_masked_modality_changes_nothing_whatever_its_vector_holds() -> None:
    net, batch = fusion(), parts()
    other = {m: torch.where(batch.mask[m][:, None], v, torch.full_like(v, 1e6)) for m, v in batch.vectors.items()}
    assert torch.equal(net(batch), net(ItemBatch(other, batch.mask)))


def test_present_modality_counts() -> None:
    net, moved = fusion(), parts()
    moved.vectors["image"][0] += 1
    before, after = net(parts()), net(moved)
    assert not torch.allclose(before[0], after[0])
    assert torch.equal(before[1:], after[1:])


def test_item_without_any_media_still_gets_a_finite_token() -> None:
    assert torch.isfinite(fusion()(parts())[4]).all()


def test_tokens_are_as_large_as_words_and_as_many_as_asked() -> None:
    tokens = fusion(soft_tokens=3)(parts())
    assert tokens.shape == (5, 3, 8)
    assert abs(float(tokens.detach().std()) - 0.05) < 0.01

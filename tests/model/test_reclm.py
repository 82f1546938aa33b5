"""What an item's score may depend on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from llmrec.errors import SetupError
from llmrec.fusion import FUSIONS
from llmrec.fusion.base import ItemBatch
from llmrec.model.backbone import add_lora, load_backbone
from llmrec.model.inference import query_vectors, soft_tokens
from llmrec.model.item_table import ItemTable
from llmrec.model.reclm import EncodedItems, RecLM

BEFORE = (5, 9, 12)
Make = Callable[..., tuple[RecLM, ItemTable]]


def same(a: EncodedItems, b: EncodedItems) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("shared", [0, 24])
def test_masked_media_change_neither_tokens_nor_item_vectors(make_model: Make, shared: int) -> None:
    model, table = make_model(shared=shared)
    wild = {m: x.clone() for m, x in table.vectors.items()}
    for name, mask in table.mask.items():
        assert (~mask).any()
        wild[name][~mask] = 1e4
    assert same(model.encode_items(table.batch()), model.encode_items(replace(table, vectors=wild).batch()))


def test_new_item_is_scored_by_its_media_alone(make_model: Make) -> None:
    (model, table), new = make_model(), 10
    assert not table.known[new]
    before = model.encode_items(table.batch())
    with torch.no_grad():
        for embedding in (model.id_in, model.id_out, model.bias):
            embedding.weight[new] = 7.0
    after = model.encode_items(table.batch())
    assert torch.equal(before.soft[new], after.soft[new]) and torch.equal(before.vectors[new], after.vectors[new])
    assert before.biases[new] == after.biases[new] == 0
    table.vectors["text"][new] += 1
    assert not torch.allclose(model.item_vectors(table.batch())[0][new], before.vectors[new])


def test_hidden_id_and_modality_are_as_if_absent(make_model: Make) -> None:
    model, table = make_model()
    hidden = {"text": torch.arange(12) == 4}
    blind = model.soft_tokens(table.batch(hidden=hidden))
    table.mask["text"][4] = False
    assert torch.equal(blind, model.soft_tokens(table.batch()))
    nobody = table.batch(ids=torch.zeros(12, dtype=torch.bool))
    assert not torch.allclose(model.soft_tokens(nobody), model.soft_tokens(table.batch()))
    assert not model.item_vectors(nobody)[1].any()


@pytest.mark.parametrize("fusion", FUSIONS)
def test_rows_are_encoded_as_they_are_in_the_whole_catalogue(make_model: Make, fusion: str) -> None:
    model, table = make_model(fusion=fusion, steps={"image": 10}, temporal="lstm", soft_tokens=2, shared=24)
    rows = torch.tensor([7, 0, 10])
    whole, some = model.encode_items(table.batch()), model.encode_items(table.batch(rows))
    for all_of_them, asked in zip(whole, some, strict=True):
        assert torch.allclose(all_of_them[rows], asked, atol=1e-6)


def test_an_item_of_no_catalogue_is_one_more_batch(make_model: Make) -> None:
    model, table = make_model(soft_tokens=2)
    image = table.vectors["image"][1]
    alone = ItemBatch({"image": image[None], "text": torch.full((1, 384), 9.0)},
                      {"image": torch.tensor([True]), "text": torch.tensor([False])})  # fmt: skip
    found, unseen = model.encode_items(alone), model.encode_items(table.unseen({"image": image}))
    assert same(found, unseen) and found.soft.shape == (1, 2, 32) and found.vectors.shape == (1, 16)
    assert not found.biases.any()


def test_an_unseen_item_of_a_graph_stands_where_the_one_like_it_stands(make_model: Make) -> None:
    model, table = make_model(fusion="graph")
    seen = table.batch(torch.tensor([4]), ids=torch.zeros(12, dtype=torch.bool))
    like_it = {m: x[4] for m, x in table.vectors.items()}
    assert torch.allclose(model.soft_tokens(seen), model.soft_tokens(table.unseen(like_it)), atol=1e-6)


SHARED = pytest.mark.parametrize("shared", [0, 24])
"""Without and with a space that queries and items share."""


@SHARED
def test_query_vectors_of_a_batch_are_those_of_each_request(make_model: Make, shared: int) -> None:
    model, table = make_model(soft_tokens=2, shared=shared)
    soft, histories = soft_tokens(model, table), [[1, 2, 3], [], [4], [11, 0, 5, 6]]
    queries = [(7, 8), (), (20,), ()]
    together = query_vectors(model, soft, BEFORE, histories, queries, batch=3)
    apart = [query_vectors(model, soft, BEFORE, [h], [w])[0] for h, w in zip(histories, queries, strict=True)]
    assert np.allclose(together, apart, atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-2


@SHARED
def test_histories_that_go_on_from_one_another_are_read_together_and_answered_apart(
    make_model: Make, shared: int
) -> None:
    model, table = make_model(soft_tokens=2, window=5, shared=shared)
    soft = soft_tokens(model, table)
    histories = [[1, 2, 3], [1, 2], [], [1, 2, 3, 4], [1, 2, 5], [1, 2, 3], [0, 1, 2, 3, 4, 5, 6], [2]]
    apart = np.concatenate([query_vectors(model, soft, BEFORE, [h]) for h in histories])
    assert np.allclose(query_vectors(model, soft, BEFORE, histories), apart, atol=1e-5)
    queries = [(7, 8), (), (), (), (9,), (), (), ()]
    asked = zip(histories, queries, strict=True)
    apart = np.concatenate([query_vectors(model, soft, BEFORE, [h], [w]) for h, w in asked])
    assert np.allclose(query_vectors(model, soft, BEFORE, histories, queries), apart, atol=1e-5)


@SHARED
def test_only_the_last_window_of_a_long_history_is_read(make_model: Make, shared: int) -> None:
    model, table = make_model(window=4, shared=shared)
    soft = soft_tokens(model, table)
    long, short = (query_vectors(model, soft, BEFORE, [h]) for h in ([8, 9, 1, 2, 3, 4], [1, 2, 3, 4]))
    assert np.allclose(long, short, atol=1e-6)


def test_words_move_the_query(make_model: Make) -> None:
    model, table = make_model()
    soft = soft_tokens(model, table)
    plain, asked = (query_vectors(model, soft, BEFORE, [[1, 2]], queries) for queries in ([()], [(30, 31)]))
    assert np.abs(plain - asked).max() > 1e-2


def test_only_the_layers_up_to_the_exit_are_kept_and_frozen(tiny_base: Path) -> None:
    model = load_backbone(tiny_base, 1)
    assert len(model.layers) == 1
    assert not any(p.requires_grad for p in model.parameters())


def test_fresh_lora_changes_no_number(tiny_base: Path) -> None:
    ids = torch.tensor([[4, 5, 6]])
    plain, wrapped = load_backbone(tiny_base, 2), add_lora(load_backbone(tiny_base, 2), 4, 8)
    assert torch.allclose(plain(input_ids=ids).last_hidden_state, wrapped(input_ids=ids).last_hidden_state, atol=1e-6)
    assert any(p.requires_grad for p in wrapped.parameters())


@pytest.mark.parametrize("layer", [0, 3])
def test_exit_layer_that_does_not_exist(tiny_base: Path, layer: int) -> None:
    with pytest.raises(SetupError, match=f"exit layer {layer} does not exist: tiny has 2 layers"):
        load_backbone(tiny_base, layer)


def test_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="llmrec setup"):
        load_backbone(tmp_path, 1)

"""Attention with a mask: of bools, of numbers, and over axes that broadcast, against torch."""

from __future__ import annotations

import pytest
import torch

from tests.contract.driver import run

GIVEN = """\
torch.manual_seed(3)
q = randn(2, 4, 3)
k = randn(2, 5, 3)
v = randn(2, 5, 6)
"""


def attended(mask: torch.Tensor | None) -> torch.Tensor:
    """torch's own, of the same draws."""
    torch.manual_seed(3)
    q, k, v = torch.randn(2, 4, 3), torch.randn(2, 5, 3), torch.randn(2, 5, 6)
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("None", None),
        ("tril(ones(4, 5)) > 0", torch.ones(4, 5).tril() > 0),
        ("tril(ones(4, 5))", torch.ones(4, 5).tril()),
        ("tril(ones(4, 5, dtype=i64))", torch.ones(4, 5).tril()),
        ("arange(5) > 1", (torch.arange(5) > 1).expand(4, 5)),
        ("ones(2, 1, 1)", torch.ones(2, 1, 1)),
    ],
)
def test_a_mask_is_torchs(text: str, mask: torch.Tensor | None) -> None:
    (result,) = run(f"{GIVEN}F.scaled_dot_product_attention(q, k, v, attn_mask={text}, dropout_p=0.0)").results
    assert result.type == "f32[2, 4, 6]"
    torch.testing.assert_close(result.value, attended(mask))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("attn_mask=ones(3, 5)", "attn_mask"),
        ("dropout_p=0.1", "attention draws nothing here"),
        ("attn_mask=ones(4, 5), is_causal=True", "give that or attn_mask"),
    ],
)
def test_what_does_not_fit_is_said_while_checking(call: str, says: str) -> None:
    ran = run(f"{GIVEN}scaled_dot_product_attention(q, k, v, {call})")
    assert ran.codes and says in ran.said

"""What torch would say of a gradient, and how it is written here: errors of autograd's, and what needs no error here.

What just works is in tests/pasted/autograd_backward.py and autograd_functions.py, held against torch.
"""

from __future__ import annotations

import pytest
import torch

from tests.contract.driver import Calculator, rows, run, value

X = "x = torch.tensor([1., 2., 3.], requires_grad=True)\n"


@pytest.mark.parametrize(
    ("program", "code", "says"),
    rows(
        (X + "(x * 2).backward()", "grad", ["a gradient is of a scalar", "implicitly created only for scalar outputs"]),
        (X + "torch.autograd.grad(x * 2, x)", "grad", ["a gradient is of a scalar"]),
        (X + "(x * 2).backward(torch.ones(2))", "shape", ["must have the shape of"]),
        (X + "x.sum().backward(retain_grad=True)", "type", ["backward has no option retain_grad", "retain_graph"]),
        (X + "y = x * 2\nsum(y).backward()\ny.grad", "grad", ["backward() fills the leaves alone", "grad[y](e)"]),
        (X + "y = x * 2\ny.retain_grad()", "name", [":graph"]),
        (X + "y = x * 2\ny.grad_fn", "name", [":graph"]),
        (X + "x.grad", "grad", ["no gradient before a backward()"]),
        (X + "x.add_(1)", "name", ["values never change", "x = x.add("]),
        (X + "with torch.no_grad():\n    x -= 0.1 * x.grad", "syntax", ["needs none", "write the block's lines alone"]),
        (X + "with torch.inference_mode():\n    y = x", "syntax", ["needs none"]),
        ("torch.set_grad_enabled(False)", "name", ["nothing is recorded unless"]),
        ("torch.tensor([1, 2], requires_grad=True)", "dtype", ["only floating tensors require gradients", "i64[2]"]),
        ("torch.arange(3, requires_grad=True)", "dtype", ["only floating tensors"]),
        ("optimizer = torch.optim.SGD([w], lr=0.1)", "name", ["minimize[w](loss"]),
        ("optimizer.step()", "name", ["minimize[w](loss)"]),
        ("w = torch.nn.Parameter", "name", ["tensor(…, requires_grad=True)"]),
        ("w = torch.nn.Parameter()", "type", ["takes a tensor"]),
        ("w = nn.Parameter(torch.ones(2), True, 3)", "type", ["takes data, requires_grad"]),
        ("w = torch.nn.Parameter(torch.arange(3))", "dtype", ["only floating tensors"]),
        ("w = Variable(torch.ones(2), requires_grad=True)", "name", ["requires_grad=True"]),
        ("torch.func.vjp(torch.sin, torch.tensor(1.))", "name", ["vjp[x](e, v)"]),
        ("torch.func.grad_and_value(torch.sin)(torch.tensor(1.))", "name", ["(grad[x](e), e)"]),
        (X + "torch.autograd.gradcheck(torch.sin, x)", "name", ["gradcheck[x](e)"]),
        (X + "torch.autograd.grad(sum(x), x * 2)", "grad", ["by a variable's name"]),
        (X + "torch.autograd.grad(sum(x))", "type", ["outputs and inputs"]),
        (X + "x.register_hook(lambda g: g)", "name", ["grad[x](e)"]),
    ),
)
def test_what_torch_refuses_or_does_otherwise_is_told(program: str, code: str, says: list[str]) -> None:
    ran = run(program)
    assert ran.codes[:1] == [code], ran.said
    for word in says:
        assert word in ran.said.replace("...", "…"), ran.said


def test_a_second_backward_needs_no_retained_graph() -> None:
    with torch.enable_grad():
        leaf = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
        total = (leaf**2).sum()
        total.backward()
        with pytest.raises(RuntimeError, match="a second time"):
            total.backward()
    assert value(X + "y = (x^2).sum()\ny.backward()\ny.backward()\nx.grad").tolist() == [4, 8, 12]


@pytest.mark.parametrize("name", ["torch.nn.Parameter", "nn.Parameter"])
def test_a_parameter_is_a_leaf(name: str) -> None:
    with torch.enable_grad():
        w = torch.nn.Parameter(torch.arange(3.0))
        (w**3).sum().backward()
    assert w.grad is not None
    made = f"w = {name}(torch.arange(3.))\n"
    assert value(made + "(w^3).sum().backward()\nw.grad").tolist() == w.grad.tolist()
    assert value(made + "(w.is_leaf, w.requires_grad)") == (w.is_leaf, w.requires_grad)
    made = f"w = {name}(data=torch.arange(3.), requires_grad=False)\n"
    assert value(made + "(w.is_leaf, w.requires_grad)") == (True, False)


def test_a_leaf_changed_in_place_stays_a_leaf_where_torch_refuses() -> None:
    with torch.enable_grad(), pytest.raises(RuntimeError, match="in-place"):
        torch.ones(2, requires_grad=True).add_(1)
    assert value(X + "x += 1\n(x^2).sum().backward()\nx.grad").tolist() == [4, 6, 8]
    assert value(X + "x[0] = 5\n(x^2).sum().backward()\nx.grad").tolist() == [10, 4, 6]


def test_an_intermediate_changed_in_place_does_not_spoil_its_gradient() -> None:
    with torch.enable_grad(), pytest.raises(RuntimeError, match="modified by an inplace operation"):
        leaf = torch.tensor([1.0, 2.0], requires_grad=True)
        inner = leaf * 2
        square = (inner**2).sum()
        inner[0] = 0
        square.backward()
    program = "x = tensor([1., 2.], requires_grad=True)\nh = x * 2\ns = (h^2).sum()\nh[0] = 0\ns.backward()\nx.grad"
    assert value(program).tolist() == [8, 16]


def test_numpy_of_what_requires_a_gradient_is_no_error() -> None:
    with torch.enable_grad(), pytest.raises(RuntimeError, match="detach"):
        torch.ones(2, requires_grad=True).numpy()
    assert value(X + "x.numpy()").tolist() == [1, 2, 3]


def test_marks_are_asked_for_anew_where_a_name_is_bound_anew() -> None:
    """The statement is kept by its text and the types of its names, which do not tell of marks."""
    calculator = Calculator()
    for line, said in (
        ("w = ones(2)", None),
        ("w.requires_grad", False),
        ("w.requires_grad", False),
        ("w.requires_grad_()", None),
        ("w.requires_grad", True),
        ("w.requires_grad_(False)", None),
        ("w.requires_grad", False),
        ("w = tensor([1., 2.], requires_grad=True)", None),
        ("w.requires_grad", True),
        ("(w * 2).is_leaf", False),
        ("w.is_leaf", True),
        ("w -= 0.1", None),  # it stays the leaf that it is
        ("w.is_leaf", True),
        ("w = w - 0.1", None),  # another one, computed by the leaf of that name before
        ("w.is_leaf", False),
        ("w.requires_grad", True),
        ("w = ones(2)", None),
        ("w.is_leaf", True),
    ):
        ran = calculator.step(line)
        assert not ran.errors, ran.said
        assert [bool(each) for each in ran.values] == ([] if said is None else [said]), line


def test_a_function_of_one_argument_that_touches_no_other() -> None:
    """What is bound inside of a derivative and does not touch its variable is there for what does."""
    assert value("grad[1]((x, y) -> x * y)(tensor(2.), tensor(3.))").item() == 2
    assert value("w = 2.\ngrad[w](let u = tensor(3.), v = u * 2 in u * w * v)").item() == 18

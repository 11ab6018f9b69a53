"""A scalar function and its gradient at many points: for its minimum, and for checking it by differences."""

from __future__ import annotations

from tcalc.backend.differences import checked
from tcalc.backend.loops import Compile, Registers, Step
from tcalc.backend.minimum import minimized
from tcalc.graph.graph import Probe


def probe_step(node: Probe, register: int, inputs: list[int], compile: Compile) -> Step:
    """The step of a probe; `compile` makes a plan of the function and its gradient."""
    body = compile(node.body, False)
    run = minimized if node.kind == "minimize" else checked

    def step(registers: Registers) -> None:
        values = [registers[place] for place in inputs]
        points, outside = values[: node.points], values[node.points :]
        registers[register] = run(node, body, points, outside, registers[-1])

    return step

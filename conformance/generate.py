"""Generates subgraph sets: one set per seed. `python -m conformance.generate SEED` prints it."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass

from conformance.generator.breakages import add_random_snippet, break_a_name
from conformance.generator.draft import SetDraft
from conformance.generator.features import FEATURES
from conformance.generator.mutate import mutate
from conformance.generator.render import render
from conformance.generator.world import build_world
from hanse_schema.subgraph.model import SubgraphSource


@dataclass(frozen=True, slots=True)
class GeneratedSet:
    """A subgraph set, with its features and breakages."""

    seed: int
    subgraphs: tuple[SubgraphSource, ...]
    features: tuple[str, ...]
    breakages: tuple[str, ...] = ()


def generate(seed: int) -> GeneratedSet:
    """The subgraph set of a seed, deterministic: one third is valid, the others have one or two breakages.

    Not every breakage makes a set invalid, so about half of all sets compose.
    """
    draft = SetDraft(random.Random(seed))
    build_world(draft)
    features = _work_in_features(draft)
    how_broken = draft.rng.choices(["whole", "snippet", "change", "changes", "both", "name"], [24, 24, 12, 8, 4, 1])[0]
    breakages: tuple[str, ...] = ()
    if how_broken in {"snippet", "both"}:
        breakages = (add_random_snippet(draft),)
    if how_broken == "name":
        breakages = (break_a_name(draft),)
    subgraphs = tuple(render(subgraph) for subgraph in draft.subgraphs)
    if how_broken in {"change", "changes", "both"}:
        times = 2 if how_broken == "changes" else 1
        subgraphs = mutate(draft.rng, subgraphs, times)
        breakages += (f"{times} blind",)
    return GeneratedSet(seed, subgraphs, features, breakages)


def _work_in_features(draft: SetDraft) -> tuple[str, ...]:
    functions, weights = zip(*FEATURES, strict=True)
    chosen = draft.rng.choices(functions, weights, k=draft.rng.randint(0, 4))
    # Each feature once per set, in the listed order.
    return tuple(feature.__name__ for feature, _ in FEATURES if feature in chosen and feature(draft))


def main() -> None:
    """Print the set of a seed."""
    made = generate(int(sys.argv[1]))
    print(f"# seed {made.seed}; features: {', '.join(made.features)}; broken: {', '.join(made.breakages) or 'nothing'}")
    for subgraph in made.subgraphs:
        print(f"\n# ---- {subgraph.name} {subgraph.url}\n{subgraph.sdl}")


if __name__ == "__main__":
    main()

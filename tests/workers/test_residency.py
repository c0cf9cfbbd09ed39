"""Which models stay on a device that cannot hold all, and where the others wait."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from farm.catalog import Model
from farm.types import TaskKind
from farm.work import EngineError
from tests.workers.engines_with_weights import MEGABYTE, Heavy, Plain
from workers import events
from workers.memory import DeviceMemory
from workers.residency import Residency
from workers.slot_child import _Quiet


class Light(DeviceMemory):
    """Does not collect garbage: in a process with this many modules that takes longer than all else here."""

    def __init__(self, device: str) -> None:
        super().__init__(device)
        self.went: list[bool] = []
        """Of every model that went altogether: whether pinned memory went with it."""

    def release(self, *, thorough: bool = False, pinned: bool = False) -> None:
        if thorough:
            self.went.append(pinned)

    def rest(self) -> None: ...


class House(Residency):
    """A residency with a record of its swaps."""

    def __init__(self, device_mb: float, parked_mb: float, **more) -> None:
        self.swaps: list[tuple[str, str]] = []
        super().__init__(
            Light("cpu"), device_mb * MEGABYTE, parked_mb * MEGABYTE,
            make=lambda model: (Plain if model.engine == "plain" else Heavy)(model, "cpu"),
            tell=lambda swap: self.swaps.append((swap.what, swap.model)), changed=lambda: None, **more,
        )  # fmt: skip
        Heavy.on_device.clear()

    def take(self, *names: str, **defaults) -> None:
        for name in names:
            self.bring(heavy(name, **defaults), _Quiet())


def heavy(name: str, megabytes: int = 4, engine: str = "heavy", **defaults) -> Model:
    # models.yaml reckons in 10^9 bytes; the slot believes what the engine says once it is loaded.
    return Model(name=name, tasks=(TaskKind.WRITE,), engine=engine, memory_gb=megabytes * MEGABYTE / 1e9, defaults={"megabytes": megabytes, **defaults})


def test_the_least_recently_used_is_parked_and_comes_back_without_loading():
    house = House(device_mb=8, parked_mb=8)
    house.take("a", "b", "a", "c")
    assert (house.ready(), house.parked()) == (("a", "c"), ("b",))
    assert set(Heavy.on_device) == {"a", "c"}
    house.take("b")
    assert (house.ready(), house.parked()) == (("c", "b"), ("a",))
    assert house.swaps == [("load", "a"), ("load", "b"), ("park", "b"), ("load", "c"), ("park", "a"), ("unpark", "b")]


def test_what_was_parked_longest_goes_to_the_disk_when_the_machines_memory_is_full():
    house = House(device_mb=4, parked_mb=8)
    house.take("a", "b", "c", "d")
    assert (house.ready(), house.parked()) == (("d",), ("b", "c"))
    assert ("unload", "a") in house.swaps


def test_who_is_about_to_be_brought_back_is_not_sent_away_for_who_has_to_leave():
    house = House(device_mb=11, parked_mb=5)
    for name, megabytes in (("a", 1), ("c", 3), ("d", 4), ("c", 3), ("f", 6)):
        house.take(name, megabytes=megabytes)
    assert house.parked() == ("a", "d")
    house.take("d", megabytes=4)
    assert house.swaps[-1] == ("unpark", "d")
    assert house.ready() == ("f", "d")


@pytest.mark.parametrize("defaults", [{"parks": False}, {"parks": "raises"}])
def test_an_engine_that_cannot_be_parked_is_unloaded(defaults):
    house = House(device_mb=4, parked_mb=100)
    house.take("a", **defaults)
    house.take("b")
    assert (house.ready(), house.parked()) == (("b",), ())
    assert ("unload", "a") in house.swaps


def test_without_room_to_park_or_larger_than_all_of_it_models_are_unloaded():
    house = House(device_mb=4, parked_mb=3)
    house.take("a", "b")
    assert house.parked() == ()


def test_room_for_the_work_is_kept_for_the_model_that_runs_and_for_no_other():
    needs = {name: events.Need(weights=4 * MEGABYTE, working=3 * MEGABYTE) for name in ("a", "b", "c")}
    house = House(device_mb=12, parked_mb=12, measured=needs)
    house.take("a", "b")
    assert house.ready() == ("a", "b")  # 4 + 4 + 3: not 7 + 7
    house.take("c")
    assert house.ready() == ("b", "c")


def test_a_model_that_is_there_already_gets_room_for_its_work_too():
    house = House(device_mb=12, parked_mb=12, measured={"a": events.Need(weights=4 * MEGABYTE, working=7 * MEGABYTE)})
    house.take("a", "b")
    assert house.ready() == ("a", "b")
    house.take("a")
    assert house.ready() == ("a",)  # 4 + 7 + 4 would be too much


def test_another_definition_under_the_same_name_is_another_model():
    house = House(device_mb=8, parked_mb=8)
    house.take("a")
    house.take("a", megabytes=2)
    assert house.swaps == [("load", "a"), ("unload", "a"), ("load", "a")]
    assert house.held["a"].weights == 2 * MEGABYTE


def test_out_of_memory_while_loading_sends_the_others_away_and_tries_again():
    house = House(device_mb=100, parked_mb=100)
    house.take("a")
    house.take("b", load_full_beside=True)
    assert (house.ready(), house.parked()) == (("b",), ("a",))


def test_a_model_that_does_not_come_back_is_loaded_anew_next_time():
    house = House(device_mb=4, parked_mb=8)
    house.take("a", unpark_fails=True)
    house.take("b")
    with pytest.raises(EngineError, match="does not come back"):
        house.take("a", unpark_fails=True)
    assert "a" not in house.held
    assert "a" not in Heavy.on_device


def test_an_engine_that_says_nothing_counts_as_models_yaml_says():
    house = House(device_mb=8, parked_mb=8)
    house.take("a", engine="plain", megabytes=5)
    house.take("b")
    assert house.ready() == ("b",)


def test_warming_never_sends_anything_away():
    house = House(device_mb=8, parked_mb=8)
    house.take("a")
    assert house.fits_beside(heavy("b"))
    assert not house.fits_beside(heavy("b", megabytes=5))


class Guests(RuleBasedStateMachine):
    """Whatever is asked for in whatever order: budgets hold, and what is said to be on the device is there."""

    @initialize(device=st.integers(4, 16), parked=st.integers(0, 12))
    def begin(self, device, parked):
        self.device, self.parked_budget = device, parked
        self.house = House(device, parked)

    @rule(name=st.sampled_from("abcdef"), parks=st.sampled_from([True, True, False, "raises"]))
    def ask(self, name, parks):
        self.house.take(name, megabytes=1 + "abcdef".index(name), parks=parks)
        assert self.house.ready()[-1] == name

    @rule()
    def shed(self):
        kept = self.house.ready()[-1:] or ("a",)
        self.house.shed(kept[0])
        assert set(self.house.ready()) <= set(kept)

    @rule(name=st.sampled_from("abcdef"))
    def drop(self, name):
        self.house.drop(name)

    @invariant()
    def budgets_hold(self):
        if not hasattr(self, "house"):
            return
        held = self.house.held
        resident = [one.weights for one in held.values() if not one.parked]
        assert sum(resident) <= self.device * MEGABYTE or len(resident) == 1
        assert sum(one.weights for one in held.values() if one.parked) <= self.parked_budget * MEGABYTE
        assert set(self.house.ready()) == set(Heavy.on_device)
        assert all((one.engine.parked is not None) == one.parked for one in held.values())


TestGuests = Guests.TestCase
TestGuests.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_pinned_memory_goes_with_the_last_parked_model_and_not_with_one_that_makes_room():
    house = House(device_mb=8, parked_mb=5)
    house.take("a", "b")
    house.evict("a")
    house.evict("b")  # there is room for one: the first goes altogether, and leaves what was pinned
    assert (house.parked(), house.memory.went) == (("b",), [False])
    house.drop("b")
    assert house.memory.went == [False, True]

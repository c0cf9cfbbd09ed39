"""Which models fit a device, and in words why the others do not."""

from __future__ import annotations

from collections.abc import Iterable

from farm.catalog import Model
from farm.profiles import DeviceProfile
from workers.events import Need
from workers.health import Device

GIGABYTE = 1e9


def needs(model: Model, profile: DeviceProfile | None) -> Need:
    """Bytes that `model` takes of its device: as measured there, else as models.yaml says (all of it under weights)."""
    if profile is not None and profile.weights_bytes:
        return Need(weights=profile.weights_bytes, working=profile.working_bytes)
    return Need(weights=int(model.memory_gb * GIGABYTE))


def too_large(model: Model, device: Device, profile: DeviceProfile | None) -> str | None:
    """Why `model` does not fit `device`, in a sentence; None when it does."""
    need = needs(model, profile).total / GIGABYTE
    if need <= device.budget_gb:
        return None
    how = "was measured to need" if profile is not None and profile.weights_bytes else "needs"
    return (
        f"It {how} {round(need, 2):.10g} GB and {device.title} has {device.budget_gb:g} GB for models; "
        "take a larger device, set speed.offload or speed.quantize, or raise STORYFARM_MODELS_GB."
    )


def fitting(models: Iterable[Model], device: Device, profiles: dict[str, DeviceProfile]) -> tuple[dict[str, Need], dict[str, str]]:
    """The needs of the models that fit, and for the others why they do not, both by name."""
    fit: dict[str, Need] = {}
    reasons: dict[str, str] = {}
    for model in models:
        reason = too_large(model, device, profiles.get(model.name))
        if reason is None:
            fit[model.name] = needs(model, profiles.get(model.name))
        else:
            reasons[model.name] = reason
    return fit, reasons

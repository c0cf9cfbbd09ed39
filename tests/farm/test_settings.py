"""Settings: what is written wrongly is named with its remedy, before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from farm.artifacts import Artifacts
from farm.settings import RATES, Settings, SettingsError
from farm.store import Store

WRONG = [
    ("DATABASE_URL", "nonsense", "write postgresql+psycopg://"),
    ("DATABASE_URL", "mysql://host/farm", "write postgresql+psycopg://"),
    ("DATABASE_URL", "postgresql+asyncpg://host/farm", "write postgresql+psycopg://"),
    ("REDIS_URL", "localhost:6379", "write redis://host:6379/0"),
    ("REDIS_URL", "redis://host:many/0", "write redis://host:6379/0"),
    ("REDIS_URL", "redis://host:6379/zero", "write redis://host:6379/0"),
    ("REDIS_URL", "unix://redis.sock", "unix:///folder/redis.sock"),
    ("ARTIFACTS_URL", "/var/lib/farm", "write file:///a/folder or s3://bucket/prefix"),
    ("ARTIFACTS_URL", "file://host/folder", "write file:///a/folder or s3://bucket/prefix"),
    ("ARTIFACTS_URL", "s3:///prefix", "write file:///a/folder or s3://bucket/prefix"),
    ("ARTIFACTS_URL", "https://[bucket", "write file:///a/folder or s3://bucket/prefix"),
    ("ARTIFACTS_REDIRECT", "perhaps", "say yes or no"),
    ("PUBLIC_URL", "farm.example.org", "such as https://farm.example.org"),
    ("PUBLIC_URL", "https://farm.example.org/?a=b", "such as https://farm.example.org"),
    ("SECRET", "short", "Take 16 random characters or more"),
    ("RATE", "ten", "write requests/seconds"),
    ("RATE", "10/0", "write requests/seconds"),
    ("RATE_GENERATION", "2/1;60/3600", "such as 2/1,60/3600"),
    ("RATE_SIGN_IN", "10", "such as 10/60,100/3600"),
    ("ENHANCE_GRACE", "a while", "seconds from 0 to 60"),
    ("ENHANCE_GRACE", "nan", "seconds from 0 to 60"),
    ("ENHANCE_GRACE", "3600", "seconds from 0 to 60"),
    ("ENGINES", "mine", "must read name=module:Class"),
    ("ENGINES", "mine=module.Class", "must read name=module:Class"),
    ("ENGINES", "mine=/folder/module.py:Class", "must read name=module:Class"),
    ("SLOT_ENV", "HF_TOKEN=hush", "list names without values"),
    ("MODELS_GB", "plenty", "an amount of memory in GB"),
    ("MODELS_GB", "-1", "an amount of memory in GB"),
    ("PARKED_GB", "inf", "an amount of memory in GB"),
]


@pytest.mark.parametrize(("name", "value", "remedy"), WRONG)
def test_a_wrong_value_is_named_with_its_remedy(name: str, value: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({f"STORYFARM_{name}": value})

    said = str(caught.value)
    assert said.startswith(f"STORYFARM_{name} ")
    assert remedy in said
    assert "\n" not in said
    assert "hush" not in said
    assert (value == "short") is (value not in said and name != "SLOT_ENV")  # the value is named, unless it is a secret


@pytest.mark.parametrize("url", ["mysql://farmer:hush@host/x", "mysql://farmer:hu/sh@host/x", "http://:hush@host/x"])
@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "ARTIFACTS_URL"])
def test_no_password_is_told(name: str, url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({f"STORYFARM_{name}": url})

    assert "sh@" not in str(caught.value)
    assert "@host" in str(caught.value)


def test_empty_variables_count_as_unset(tmp_path: Path) -> None:
    names = [f"STORYFARM_{name}" for name in {name for name, _, _ in WRONG} | {"HOME", "MODELS", "PROFILE"}]

    assert Settings.from_environment(dict.fromkeys(names, ""), home=tmp_path) == Settings.from_environment({}, home=tmp_path)


def test_what_is_right_is_read() -> None:
    found = Settings.from_environment(
        {
            "STORYFARM_DATABASE_URL": "postgresql://u:p@host:5432/farm", "STORYFARM_REDIS_URL": "rediss://:pass@host:6380/3",
            "STORYFARM_ARTIFACTS_REDIRECT": " Yes ",
            "STORYFARM_ARTIFACTS_URL": "s3://bucket/prefix", "STORYFARM_PUBLIC_URL": "https://farm.example.org/", "STORYFARM_RATE": "5/1, 100/60",
            "STORYFARM_ENHANCE_GRACE": "0.5", "STORYFARM_ENGINES": "a=b.c:D, e=f:G", "STORYFARM_MODELS_GB": "0.5",
            "STORYFARM_SLOT_ENV": "HTTPS_PROXY, HF_TOKEN",
        }
    )  # fmt: skip

    assert found.artifacts_redirect
    assert found.public_url == "https://farm.example.org"
    assert found.rates == {"general": "5/1, 100/60", "generation": RATES["generation"][1], "sign-in": RATES["sign-in"][1]}
    assert found.enhance_grace == 0.5
    assert found.engines == {"a": "b.c:D", "e": "f:G"}
    assert found.models_gb == 0.5
    assert found.parked_gb is None


def test_a_home_may_have_any_name(tmp_path: Path) -> None:
    home = tmp_path / "films #1 50%20 ready"
    home.mkdir()

    found = Settings.from_environment({}, home=home)
    Artifacts.open(found.artifacts_url)
    store = Store.open(found.database_url)
    store.migrate()
    store.close()

    assert sorted(path.name for path in home.iterdir() if not path.name.endswith(("-wal", "-shm"))) == ["artifacts", "farm.db"]


def test_a_folder_of_artifacts_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SettingsError, match="its folder cannot be used: Not a directory"):
        Artifacts.open(f"file://{tmp_path}/file/artifacts")

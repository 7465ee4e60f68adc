"""Reviving a dump adds its sources to linecache: restore it after each test."""

from __future__ import annotations

import linecache

import pytest


@pytest.fixture(autouse=True)
def _restored_linecache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linecache, "cache", dict(linecache.cache))

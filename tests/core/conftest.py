"""Property tests: no database on the disk, no deadline on a busy machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("core", database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("core")

"""How the service stands: what its checks find, for /readyz, for the log when it changes, and as numbers."""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from assistant.checks import Check, Checks, Finding
from assistant.checks.looks import index_served, limits_shared, records_read
from assistant.database import RecordsError
from assistant.web.metrics import Metrics
from assistant.web.service import NotReady, Service

LOOK_SECONDS: Final = 15.0
"""How old a number about the checks may be; what is dear to find out is looked at less often."""

_log = logging.getLogger("assistant.checks")


class Watch:
    """Looks for as long as the service runs, and whenever somebody asks."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        self._well: dict[str, bool] = {}
        self.checks = Checks(
            (
                Check("index", partial(index_served, self._version, lambda: service.problem() or "")),
                Check("records", partial(records_read, service.records)),
                Check("limits", partial(limits_shared, service.shares)),
                *service.checks,
            )
        )

    async def follow(self) -> None:
        """Until it is cancelled."""
        while True:
            await self.checks.refresh()
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> dict[str, Finding]:
        """How things stand, by check."""
        findings = await self.checks.findings()
        for name, finding in findings.items():
            self._metrics.checks.labels(name).set(finding.well)
            if finding.well != self._well.get(name, True):
                _log.log(logging.INFO if finding.well else logging.ERROR, "check %s: %s", name, finding)
            self._well[name] = finding.well
        self._metrics.breaker.set(self._service.model_left_alone())
        return findings

    async def queues(self) -> Mapping[str, int]:
        """How many answers wait for the secretariat, by queue; empty while that can't be read."""
        if self._service.queues is None:
            return {}
        try:
            return {queue.value: length for queue, length in (await self._service.queues()).items()}
        except RecordsError as error:
            _log.warning("the queues could not be counted: %s", error)
            return {}

    def _version(self) -> str | None:
        try:
            return self._service.pack().version
        except NotReady:
            return None

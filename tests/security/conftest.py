"""What these tests ask: the app on a scripted assistant, as the tests of the web make it."""

from tests.web.conftest import address, assistant, client, service

__all__ = ["address", "assistant", "client", "service"]

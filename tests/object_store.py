"""An object store that speaks S3, on this machine, where moto and s3fs are installed; tests are skipped elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
import pytest

BUCKET: Final = "shelf"


@contextmanager
def object_store() -> Iterator[tuple[dict[str, str], Any]]:
    """What a program's environment needs to reach it, and a client of AWS's own. It has one bucket."""
    s3fs = pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    environment = {
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.get_host_and_port()[1]}",
    }
    # It keeps what it holds in the process: what an earlier one held must go.
    httpx.post(f"{environment['AWS_ENDPOINT_URL']}/moto-api/reset").raise_for_status()
    try:
        with pytest.MonkeyPatch.context() as machine:
            for name, value in environment.items():
                machine.setenv(name, value)
            client = boto3.client("s3")
            client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
            yield environment, client
    finally:
        # It would remember this server's address.
        s3fs.S3FileSystem.clear_instance_cache()
        server.stop()

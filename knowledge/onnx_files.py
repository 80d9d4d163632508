"""ONNX files of the repository: loaded only when they are the files they should be. The only module that opens one."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Session(Protocol):
    """A model that is ready: `run` takes the names of outputs and arrays by the names of inputs."""

    def run(self, outputs: list[str], inputs: dict[str, Any]) -> list[Any]: ...


class ModelError(Exception):
    """A model can't be used; the message names the file, what is wrong, and the remedy."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file, the SHA-256 that it must have, and what makes it again."""

    path: Path
    sha256: str
    made_by: str

    def verified(self) -> str:
        """The path, once the file is what it should be. ModelError when not."""
        remedy = f"restore it from the repository, or make it again with {self.made_by}"
        try:
            with self.path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"{self.path} can't be read ({error.strerror}): {remedy}.") from error
        if found != self.sha256:
            raise ModelError(
                f"{self.path} is not the file it should be (SHA-256 {found}, expected {self.sha256}): {remedy}."
            )
        return str(self.path)


def open_session(file: ModelFile, *, threads: int) -> Session:
    """The model, ready to run on the processor."""
    # Else onnxruntime tells its makers of each process that loads it, even after `disable_telemetry_events`. It looks
    # for this once, when it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait take the other core from whoever else is answering.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    session: Session = onnxruntime.InferenceSession(file.verified(), options, providers=["CPUExecutionProvider"])
    return session

"""How the reader is trained: from questions and sentences to an ONNX file. Nothing that runs imports it."""

"""What runs the networks of all encoders, on OpenVINO where it can.

OpenVINO tells its makers of every import and every conversion, over the internet and unasked: a copy of the whole
process for each message, which without a network waits three seconds. It tells nobody where it finds no
`openvino_telemetry`; so that is kept from being imported, before anything here imports OpenVINO.
"""

import sys

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None: an import of it fails

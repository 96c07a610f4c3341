# SPDX-License-Identifier: Apache-2.0
"""zipkin_send.py V1_JSON|V2_JSON URL COUNT: COUNT spans through py_zipkin; ends when they are accepted."""
import sys
import urllib.request

from py_zipkin import Encoding, Kind
from py_zipkin.transport import BaseTransportHandler
from py_zipkin.zipkin import zipkin_span

ENCODING, URL, COUNT = getattr(Encoding, sys.argv[1]), sys.argv[2], int(sys.argv[3])

class Transport(BaseTransportHandler):
    def get_max_payload_bytes(self):
        return None

    def send(self, payload):
        request = urllib.request.Request(URL, payload.encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 202, answer.status


for i in range(COUNT):
    with zipkin_span("shop", f"order {i}", transport_handler=Transport(), sample_rate=100.0, kind=Kind.CLIENT, port=8080, encoding=ENCODING,
                     use_128bit_trace_id=True, binary_annotations={"http.method": "PÜT", "order.number": str(i)}):
        pass
print("sent")

# SPDX-License-Identifier: Apache-2.0
"""topic.py BROKERS TOPIC SECONDS [GROUP]: everything in a topic, by the client that is written in Python alone.

A line for each message: partition, offset, key in hexadecimal digits, value in hexadecimal digits. It ends when nothing has come for
so many seconds.
"""
import sys

from kafka import KafkaConsumer

BROKERS, TOPIC, SECONDS, *GROUP = sys.argv[1:]
consumer = KafkaConsumer(
    TOPIC,
    bootstrap_servers=BROKERS.split(","),
    group_id=GROUP[0] if GROUP else None,
    auto_offset_reset="earliest",
    consumer_timeout_ms=int(float(SECONDS) * 1000),
    api_version=(2, 0, 0),
    check_crcs=True,
)
for message in consumer:
    print(message.partition, message.offset, (message.key or b"").hex(), (message.value or b"").hex() or "-", flush=True)
consumer.close()

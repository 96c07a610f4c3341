# SPDX-License-Identifier: Apache-2.0
"""brokers.py LIBRARY COUNT TOPIC PARTITIONS: brokers of Kafka, from librdkafka's mock cluster: the real protocol on real sockets.

Records are in memory. Prints the addresses; SIGUSR1 ends all connections and takes no more, SIGUSR2 takes them again.
"""
import ctypes
import signal
import sys

LIBRARY, COUNT, TOPIC, PARTITIONS = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), int(sys.argv[4])
PRODUCER = 0
kafka = ctypes.CDLL(LIBRARY)


def call(name, result, *arguments):
    function = getattr(kafka, "rd_kafka_" + name)
    function.restype = result
    return function(*arguments)


client = ctypes.c_void_p(call("new", ctypes.c_void_p, PRODUCER, ctypes.c_void_p(call("conf_new", ctypes.c_void_p)), None, ctypes.c_size_t(0)))
cluster = ctypes.c_void_p(call("mock_cluster_new", ctypes.c_void_p, client, COUNT))
call("mock_topic_create", ctypes.c_int, cluster, TOPIC, PARTITIONS, COUNT)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGUSR2])
print(call("mock_cluster_bootstraps", ctypes.c_char_p, cluster).decode(), flush=True)
while True:
    change = "down" if signal.sigwait([signal.SIGUSR1, signal.SIGUSR2]) == signal.SIGUSR1 else "up"
    for broker in range(1, COUNT + 1):
        call("mock_broker_set_" + change, ctypes.c_int, cluster, broker)
    print(change, flush=True)

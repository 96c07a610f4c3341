# SPDX-License-Identifier: Apache-2.0
"""offload.py INTERFACE CHECKSUMS SEGMENTS: switches what the device does itself on (1) or off (0), as ethtool would."""
import fcntl
import socket
import struct
import sys
from array import array

SIOCETHTOOL = 0x8946
SET_SEND_CHECKSUM, SET_TCP_SEGMENTATION, SET_SEGMENTATION = 0x17, 0x1f, 0x24


def switch(control, interface, command, value):
    buffer = array("B", struct.pack("II", command, value))
    fcntl.ioctl(control, SIOCETHTOOL, struct.pack("16sP", interface.encode(), buffer.buffer_info()[0]))


def main(interface, checksums, segments):
    with socket.socket() as control:
        switch(control, interface, SET_SEND_CHECKSUM, checksums)
        switch(control, interface, SET_SEGMENTATION, segments)
        if checksums:
            switch(control, interface, SET_TCP_SEGMENTATION, segments)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

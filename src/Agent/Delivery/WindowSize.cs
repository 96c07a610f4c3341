// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Agent.Delivery;

/// <summary>
/// How large a terminal is, by ioctl_tty(2). System.Console knows it too, but to tell it, it takes the terminal over:
/// it switches the keypad mode and starts a thread that watches for children.
/// </summary>
internal static partial class WindowSize
{
    private const nuint GetWindowSize = 0x5413;

    /// <summary>Columns and rows, or <paramref name="otherwise"/> when the terminal does not say.</summary>
    public static unsafe (int Width, int Height) Of(int descriptor, (int Width, int Height) otherwise)
    {
        var size = stackalloc ushort[4]; // struct winsize: rows, columns, and both in pixels
        return Control(descriptor, GetWindowSize, size) == 0 && size[0] > 0 && size[1] > 0
            ? (size[1], size[0])
            : otherwise;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(int descriptor, nuint request, ushort* size);
}

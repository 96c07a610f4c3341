// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Scenarios.Harness;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static partial class Native
{
    public const int CloneNewNet = 0x40000000;
    public const int SigTerm = 15;
    public const int SigHup = 1;
    public const int SigKill = 9;
    public const int SigUsr1 = 10;
    public const int SigCont = 18;
    public const int SigStop = 19;

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Signal(int pid, int signal);
}

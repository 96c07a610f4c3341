// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Contract;

namespace Kernel.Tests;

/// <summary>Loads objects the way the agent does.</summary>
internal static class Objects
{
    internal static readonly string[] Names = [.. VerifierCost.Shipped().Order()];

    internal static BpfObject Load(string name, SharedMaps? maps = null)
    {
        KernelLog.Capture();
        var bpfObject = BpfObject.Open(name);
        LayoutCheck.Require(name, bpfObject.Layout);
        bpfObject.TrySet("settings", new Settings
        {
            SamplingThreshold = 1UL << 63,
            AgentPid = (uint)Environment.ProcessId,
            InjectHeaders = 1,
            Resident = 1,
        });
        bpfObject.Load(maps);
        return bpfObject;
    }
}

// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Reflection;
using Agent.Bpf;
using Agent.Cli;
using Agent.Config;

namespace Kernel.Tests;

/// <summary>How many instructions the verifier of this kernel looks at for each program, loaded by the agent with its settings.</summary>
internal static class VerifierCost
{
    /// <summary>By object and program: <c>sockets on_ingress</c>.</summary>
    internal static SortedDictionary<string, long> Measure(bool everything, IReadOnlyDictionary<string, string> settings)
    {
        using var cgroup = new OwnCgroup();
        KernelLog.Capture();
        var options = EnvironmentReader.Read(name => settings.GetValueOrDefault(name));
        using var objects = KernelObjects.Load(options, cgroup.Tree);
        using var tls = everything ? objects.LoadLater("tls") : null;
        using var goWrite = everything && objects.WritesGo ? objects.LoadLater("go_write") : null;
        if (everything)
        {
            objects.LoadStates();
        }
        var cost = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var bpfObject in Loaded(objects).Append(tls).Append(goWrite).OfType<BpfObject>())
        {
            foreach (var program in bpfObject.Programs().Where(program => program.Fd >= 0))
            {
                cost[$"{bpfObject.Name} {program.Name}"] = Instructions(program.Fd);
            }
        }
        return cost;
    }

    /// <summary>Those that come with the agent and may be loaded, but for the canary, which has no settings.</summary>
    internal static IEnumerable<string> Shipped() => BpfArchive.Index.Select(entry => entry.Name)
        .Where(name => name != "canary" && (name != "go_write" || KernelHelpers.WritesProcesses == true));

    // Whatever the agent has: a later one counts too.
    private static IEnumerable<BpfObject?> Loaded(KernelObjects objects) =>
        from property in typeof(KernelObjects).GetProperties(BindingFlags.Instance | BindingFlags.NonPublic)
        where property.PropertyType == typeof(BpfObject)
        select (BpfObject?)property.GetValue(objects);

    private static long Instructions(int program)
    {
        const string field = "verified_insns:";
        var line = File.ReadLines($"/proc/self/fdinfo/{program}").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..], CultureInfo.InvariantCulture);
    }
}

// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>What the kernel side counted, by name.</summary>
internal sealed class Counters(BpfCounters kernel)
{
    private const string CounterPrefix = "COUNTER_";

    internal ulong this[Counter counter] => kernel.Read((uint)counter);

    /// <summary>Every counter that is not zero, one line.</summary>
    internal string Describe()
    {
        var text = new StringBuilder("counters:");
        foreach (var (name, value) in All())
        {
            if (value != 0)
            {
                text.Append(' ').Append(name).Append('=').Append(value);
            }
        }
        return text.ToString();
    }

    internal IEnumerable<(string Name, ulong Value)> All()
    {
        foreach (var member in ContractLayout.Enums.First(layout => layout.Name == "counter").Members)
        {
            yield return (member.Name[CounterPrefix.Length..].ToLowerInvariant(), kernel.Read((uint)member.Value));
        }
    }
}

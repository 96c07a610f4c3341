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
        foreach (var layout in ContractLayout.Enums)
        {
            if (layout.Name != "counter")
            {
                continue;
            }
            foreach (var member in layout.Members)
            {
                var value = kernel.Read((uint)member.Value);
                if (value != 0)
                {
                    text.Append(' ').Append(member.Name[CounterPrefix.Length..].ToLowerInvariant());
                    text.Append('=').Append(value);
                }
            }
        }
        return text.ToString();
    }
}

// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>Warns once for each name: what fails for one process fails for a thousand. Used by one thread.</summary>
internal sealed class OnceLog
{
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    internal void Warn(string name, string message)
    {
        if (_warned.Add(name))
        {
            Log.Warn($"{name}: {message}");
        }
    }
}

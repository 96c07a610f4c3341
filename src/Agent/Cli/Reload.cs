// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Config;
using Agent.Diagnostics;
using Agent.Targets;

namespace Agent.Cli;

/// <summary>Reads the configuration again, when asked to and when the file changes. One that cannot be used changes nothing.</summary>
internal sealed class Reload(Configuration configuration, TargetSelection selection, ChangeQueue changes, ServiceManager? manager)
{
    private readonly Lock _lock = new();
    private Configuration _current = configuration;

    internal void WatchFile()
    {
        if (_current.Source.File?.Path is { } file && !FileWatch.TryStart(file, Run))
        {
            Log.Warn($"{file} cannot be watched: after a change send SIGHUP");
        }
    }

    /// <summary>Callable from any thread.</summary>
    internal void Run()
    {
        lock (_lock)
        {
            manager?.Reloading(Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000));
            try
            {
                var next = _current.Reload();
                Apply(next.Read());
                Tell(next);
                _current = next;
                manager?.Ready("configuration read again");
            }
            catch (FormatException unusable)
            {
                Log.Error($"configuration not changed: {unusable.Message}");
                manager?.Ready($"configuration not changed: {unusable.Message}");
            }
        }
    }

    private void Apply(AgentOptions options)
    {
        Log.Level = options.LogLevel;
        selection.Current = options.Selector;
        changes.Post(new Change(ChangeKind.Selector, 0));
    }

    private void Tell(Configuration next)
    {
        foreach (var warning in next.Warnings.Except(_current.Warnings))
        {
            Log.Warn(warning);
        }
        var late = ConfigSource.Differences(_current.Source, next.Source).Where(key => !key.IsLive).Select(key => key.Name).ToList();
        Log.Info(late.Count == 0 ? "configuration read again" : $"configuration read again; needs a restart: {string.Join(", ", late)}");
    }
}

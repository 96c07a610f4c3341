// SPDX-License-Identifier: Apache-2.0
using Agent.Ingest;

namespace Agent.Config;

/// <summary>The configuration of this process: its environment, and a file if there is one. It can be loaded again.</summary>
internal sealed class Configuration
{
    private readonly string? _file;

    private Configuration(string? file, ConfigSource source)
    {
        _file = file;
        Source = source;
        Warnings = ConfigWarnings.Of(source, Environment.GetEnvironmentVariables().Keys.Cast<string>());
    }

    internal ConfigSource Source { get; }

    /// <summary>What is set and does nothing.</summary>
    internal IReadOnlyList<string> Warnings { get; }

    /// <param name="named">The file; null: as variables name it.</param>
    internal static Configuration Load(string? named)
    {
        var file = ConfigSource.FileToRead(named, Environment.GetEnvironmentVariable);
        return new Configuration(file, ConfigSource.Load(file, Environment.GetEnvironmentVariable));
    }

    /// <summary>The same file, as it is now.</summary>
    internal Configuration Reload() => Load(_file);

    /// <summary>Throws <see cref="ConfigFileException"/>, which names each place.</summary>
    /// <param name="ingest">What HILO_INGEST is when it is not set.</param>
    internal AgentOptions Read(string ingest = IngestOptions.None)
    {
        try
        {
            return EnvironmentReader.Read(Source, ingest);
        }
        catch (FormatException failure)
        {
            throw new ConfigFileException(Source.Explain(failure));
        }
    }
}

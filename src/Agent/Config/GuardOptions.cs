// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>HILO_HARM_GUARD and HILO_HARM_GUARD_INTERVAL.</summary>
/// <param name="IsOn">Connections in the sockmap are compared with others when they fare badly.</param>
/// <param name="Interval">How often it looks.</param>
internal readonly record struct GuardOptions(bool IsOn, TimeSpan Interval)
{
    private const double Seconds = 10;

    internal static GuardOptions Parse(string? guard, string? interval) => new(
        guard?.Trim() switch
        {
            null or "" or "on" => true,
            "off" => false,
            var other => throw new ConfigException("HILO_HARM_GUARD", other, "use on or off"),
        },
        TimeSpan.FromSeconds(OverheadOptions.Number("HILO_HARM_GUARD_INTERVAL", interval, Seconds, 0.1, "use seconds, 0.1 or more")));
}

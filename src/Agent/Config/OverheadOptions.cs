// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Config;

/// <summary>
/// HILO_OVERHEAD_BUDGET and HILO_OVERHEAD_INTERVAL. The budget is that of an ordinary request; one with a body of megabytes, or
/// sent byte by byte, may take more in proportion (<see cref="Diagnostics.OverheadMoment"/>).
/// </summary>
/// <param name="BudgetMicroseconds">CPU time of the programs per request that is allowed; 0: no limit.</param>
/// <param name="Interval">How often it is measured.</param>
internal readonly record struct OverheadOptions(double BudgetMicroseconds, TimeSpan Interval)
{
    private const string NoLimit = "off";
    private const double Microseconds = 10;
    private const double Seconds = 10;

    internal static OverheadOptions Parse(string? budget, string? interval) => new(
        budget?.Trim() == NoLimit
            ? 0
            : Number("HILO_OVERHEAD_BUDGET", budget, Microseconds, 0, "use microseconds per request, 0 or off for no limit"),
        TimeSpan.FromSeconds(Number("HILO_OVERHEAD_INTERVAL", interval, Seconds, 0.1, "use seconds, 0.1 or more")));

    internal static double Number(string name, string? text, double otherwise, double least, string remedy)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return otherwise;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number < 1e6
            ? number
            : throw new ConfigException(name, text, remedy);
    }
}

// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Agent.Contract;

namespace Agent.Config;

/// <summary>OTEL_TRACES_SAMPLER and its argument, in the form the kernel decides by.</summary>
/// <param name="Sampler">For requests without a parent, or for all.</param>
/// <param name="IsParentBased">The flag of an incoming context decides when there is one.</param>
/// <param name="Threshold">A trace is kept when the low 63 bits of its id are below.</param>
internal readonly record struct SamplingOptions(Sampler Sampler, bool IsParentBased, ulong Threshold)
{
    internal const string Argument = "OTEL_TRACES_SAMPLER_ARG";
    private const ulong All = 1UL << 63;

    internal static SamplingOptions Parse(string? name, string? argument)
    {
        const string variable = "OTEL_TRACES_SAMPLER";
        var text = string.IsNullOrWhiteSpace(name) ? "parentbased_always_on" : name.Trim();
        const string parentPrefix = "parentbased_";
        var isParentBased = text.StartsWith(parentPrefix, StringComparison.Ordinal);
        return (isParentBased ? text[parentPrefix.Length..] : text) switch
        {
            "always_on" => new SamplingOptions(Sampler.AlwaysOn, isParentBased, All),
            "always_off" => new SamplingOptions(Sampler.AlwaysOff, isParentBased, 0),
            "traceidratio" => new SamplingOptions(Sampler.Ratio, isParentBased, ThresholdOf(argument)),
            _ => throw new ConfigException(
                variable, text, "use always_on, always_off, traceidratio, or one of them after parentbased_"),
        };
    }

    internal Sampling ToKernel() => new() { Threshold = Threshold, Sampler = Sampler, ParentBased = IsParentBased ? (byte)1 : (byte)0 };

    private static ulong ThresholdOf(string? argument)
    {
        if (string.IsNullOrWhiteSpace(argument))
        {
            return All;
        }
        if (!double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) ||
            ratio is not (>= 0 and <= 1))
        {
            throw new ConfigException(Argument, argument, "use a number from 0 to 1");
        }
        return ratio >= 1 ? All : (ulong)(ratio * All);
    }
}

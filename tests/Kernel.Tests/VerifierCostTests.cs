// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;

namespace Kernel.Tests;

/// <summary>
/// What loading costs is in <c>VerifierCost/KERNEL.txt</c>; UPDATE_GOLDEN=1 writes it for the kernel that runs (tests/Kernels does so for those
/// of virtual machines). On a kernel without a file, the nearest is compared and nothing fails.
/// </summary>
public partial class VerifierCostTests
{
    private const int TolerancePercent = 10;
    private const int ToleranceInstructions = 200;

    private static readonly Dictionary<string, string> Everything = new(StringComparer.Ordinal)
    {
        ["OTEL_EBPF_AUTO_TARGET_EXE"] = "*",
        ["OTEL_EBPF_BPF_CONTEXT_PROPAGATION"] = "headers,tcp",
        ["OTEL_PROPAGATORS"] = "tracecontext,baggage,b3,b3multi",
        ["HILO_TC_INTERFACES"] = "lo",
        ["HILO_CAPTURE_REQUEST_HEADERS"] = "x-tenant",
        ["HILO_RELAY_HEADERS"] = "x-tenant",
        ["HILO_GENERATE_HEADERS"] = "x-id",
    };

    [Fact]
    public void As_it_comes() => Compare("default", VerifierCost.Measure(everything: false, new Dictionary<string, string>(StringComparer.Ordinal)));

    [Fact]
    public void With_everything_that_can_be_asked_for()
    {
        var cost = VerifierCost.Measure(everything: true, Everything);
        Compare("everything", cost);
        Assert.Equal(VerifierCost.Shipped().Order(), cost.Keys.Select(key => key.Split(' ')[0]).Distinct().Order());
    }

    private static void Compare(string settings, SortedDictionary<string, long> cost)
    {
        var version = Environment.OSVersion.Version;
        var own = $"{Folder()}/{version.Major}.{version.Minor}.txt";
        var lines = cost.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{settings} {entry.Key} {entry.Value}"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            var others = File.Exists(own) ? File.ReadAllLines(own).Where(line => !line.StartsWith(settings, StringComparison.Ordinal)) : [];
            File.WriteAllLines(own, others.Concat(lines).Order(StringComparer.Ordinal));
        }
        var file = File.Exists(own) ? own : Nearest(version);
        var offences = Differences(File.ReadLines(file).Where(line => line.StartsWith(settings + " ", StringComparison.Ordinal)), settings, cost).ToArray();
        var report = $"compared with {Path.GetFileName(file)}:\n{string.Join('\n', offences)}";
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.True(file != own || offences.Length == 0, report + "\nIf that is as it should be: UPDATE_GOLDEN=1");
    }

    private static IEnumerable<string> Differences(IEnumerable<string> golden, string settings, SortedDictionary<string, long> cost)
    {
        var left = new SortedDictionary<string, long>(cost, StringComparer.Ordinal);
        foreach (var line in golden)
        {
            var name = line[(settings.Length + 1)..line.LastIndexOf(' ')];
            var expected = long.Parse(line[line.LastIndexOf(' ')..], CultureInfo.InvariantCulture);
            if (!left.Remove(name, out var actual))
            {
                yield return $"{name}: not loaded";
            }
            else if (Math.Abs(actual - expected) > expected * TolerancePercent / 100 + ToleranceInstructions)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{name}: {expected} instructions became {actual}");
            }
        }
        foreach (var name in left.Keys)
        {
            yield return $"{name}: new";
        }
    }

    private static string Nearest(Version version) => Directory.GetFiles(Folder(), "*.txt").MinBy(file =>
    {
        var known = Version.Parse(VersionOf().Match(file).Groups[1].Value);
        return Math.Abs((known.Major - version.Major) * 100 + known.Minor - version.Minor);
    })!;

    private static string Folder()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Agent.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("not inside of the repository");
        }
        return Directory.CreateDirectory(Path.Combine(directory, "tests/Kernel.Tests/VerifierCost")).FullName;
    }

    [GeneratedRegex(@"(\d+\.\d+)\.txt$")]
    private static partial Regex VersionOf();
}

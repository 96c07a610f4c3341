// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Agent.Config;
using Agent.Tests.Native;

namespace Agent.Tests.Config;

/// <summary>The table of keys, and what is made from it.</summary>
public partial class ConfigTableTests
{
    private const string Example = """
        log_level: info
        open_port: 80,443
        discovery:
          instrument:
            - open_ports: [8080, 9000-9100]
              name: ${NAME:-shop}
              k8s_pod_labels: {app: shop}
          poll_interval: 10s
        queue: {disk_bytes: 1GiB, sync: 50ms}
        network: {enable: true}
        receivers: [{name: a, endpoint: "http://a:4317", headers: {token: secret}}]
        """;

    [Fact]
    public void Every_key_stands_once_and_says_something()
    {
        Assert.All(ConfigKeys.All, key => Assert.True(key.Meaning.Length > 0 && (key.Path.Length > 0 || key.Variables.Count > 0), key.Path));
        var twice = ConfigKeys.All.SelectMany(key => key.Variables).GroupBy(name => name).Where(group => group.Skip(1).Any()).Select(group => group.Key);
        Assert.Empty(twice);
    }

    [Fact]
    public void No_reader_asks_for_a_variable_that_is_not_in_the_table()
    {
        var asked = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Agent"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/Config/Keys/", StringComparison.Ordinal))
            .SelectMany(file => Quoted().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Where(name => !name.EndsWith('_') && name is not ("OTEL_SERVICE_NAME" or "OTEL_RESOURCE_ATTRIBUTES"));
        Assert.All(asked.Distinct(), name => Assert.True(ConfigKeys.FindVariable(name) is not null, name));
    }

    [Fact]
    public void The_schema_is_one_and_accepts_what_is_right()
    {
        using var schema = new MemoryStream();
        ConfigSchema.Write(schema);
        var answer = Validate(Encoding.UTF8.GetString(schema.ToArray()), Example, "log_levle: info", "log_level: loud",
            "queue: {sync: soon}", "discovery: {instrument: [{open_ports: http}]}", "receivers: {name: a}");
        Assert.Equal("schema ok\nvalid\ninvalid\ninvalid\ninvalid\ninvalid\ninvalid\n", answer);
    }

    [Fact]
    public void What_holds_is_printed_with_where_it_comes_from_and_without_secrets()
    {
        var source = Files.Source(Example, ("OTEL_EBPF_LOG_LEVEL", "warn"), ("NAME", "cart"), ("HTTPS_PROXY", "http://me:pw@proxy:1"));
        var lines = ConfigPrint.Of(source).Split('\n');
        Assert.Equal("warn # OTEL_EBPF_LOG_LEVEL", Line("log_level:"));
        Assert.Equal("'80,443' # hilo.yml:2:12", Line("open_port:"));
        Assert.Equal("'8080,9000-9100' # hilo.yml:5:19", Line("  - open_ports:"));
        Assert.Equal("cart # hilo.yml:6:13", Line("name:"));
        Assert.Equal("parentbased_always_on # default", Line("name:", 1));
        Assert.Equal("'***' # hilo.yml:11:59", Line("headers:", 1));
        Assert.DoesNotContain("secret", string.Concat(lines), StringComparison.Ordinal);
        Assert.Contains("# HTTPS_PROXY=***", lines);
        var again = Files.Source(ConfigPrint.Of(source));
        Assert.Equal("warn", again.Variable("OTEL_EBPF_LOG_LEVEL"));

        string Line(string start, int skip = 0)
        {
            var line = lines.Where(line => line.TrimStart().StartsWith(start.TrimStart(), StringComparison.Ordinal)).Skip(skip).First();
            return Spaces().Replace(line.TrimStart()[start.TrimStart().Length..].Trim(), " ");
        }
    }

    [Theory]
    [InlineData("log_levle", "log_level")]
    [InlineData("lgo_level", "log_level")]
    [InlineData("enpoint", "endpoint")]
    [InlineData("zzz", null)]
    public void The_nearest_is_meant(string word, string? expected) => Assert.Equal(expected, Nearest.Of(word, ["log_level", "endpoint", "open_port"]));

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    public void Letters_are_counted(string from, string to, int expected) => Assert.Equal(expected, Nearest.Distance(from, to));

    [Theory]
    [InlineData("100ms", 100.0)]
    [InlineData("1h30m", 5_400_000.0)]
    [InlineData("1.5s", 1500.0)]
    [InlineData("250us", 0.25)]
    [InlineData("5", null)]
    [InlineData("0s", null)]
    [InlineData("s", null)]
    [InlineData("5 parsecs", null)]
    public void Durations_are_those_of_Go(string text, double? milliseconds) =>
        Assert.Equal(milliseconds, Durations.Parse(text)?.TotalMilliseconds);

    // PyYAML reads the files, python3-jsonschema judges them.
    private static string Validate(string schema, params string[] files)
    {
        var folder = Directory.CreateTempSubdirectory("hilo-schema-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "schema.json"), schema);
            for (var i = 0; i < files.Length; i++)
            {
                File.WriteAllText(Path.Combine(folder, $"{i}.yml"), files[i]);
            }
            var start = new ProcessStartInfo("python3")
            {
                ArgumentList = { "-c", Program, folder, files.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var python = Process.Start(start)!;
            var errors = python.StandardError.ReadToEndAsync();
            var output = python.StandardOutput.ReadToEnd();
            Assert.Equal("", errors.Result);
            return output;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private const string Program = """
        import json, sys, yaml
        from jsonschema import Draft202012Validator as Validator
        schema = json.load(open(sys.argv[1] + "/schema.json"))
        Validator.check_schema(schema)
        print("schema ok")
        for i in range(int(sys.argv[2])):
            print("valid" if Validator(schema).is_valid(yaml.safe_load(open(f"{sys.argv[1]}/{i}.yml"))) else "invalid")
        """;

    [GeneratedRegex("\"((?:OTEL|HILO)_[A-Z_]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}

// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Config;
using Agent.Tests.Native;

namespace Agent.Tests.Config;

/// <summary>docs/configuration.md holds the table of keys as it is. With UPDATE_GOLDEN=1 it is written.</summary>
public class ReferenceTests
{
    private const string Mark = "<!-- The rest is made from the table of keys: UPDATE_GOLDEN=1 and the test ReferenceTests write it. -->\n";

    [Fact]
    public void The_documentation_is_made_from_the_table()
    {
        var file = Path.Combine(Repository.Root, "docs", "configuration.md");
        var written = File.ReadAllText(file);
        var introduction = written[..(written.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)];
        var expected = introduction + Reference();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, expected);
            written = expected;
        }
        Assert.Equal(expected, written);
    }

    private static string Reference()
    {
        var text = new StringBuilder();
        Table(text, "Keys", "| key | variable | default | change | what |\n|---|---|---|---|---|\n", ConfigKeys.All.Where(key => key.Fate == KeyFate.Read), key =>
            $"| {Code(key.Path)} | {string.Join("<br>", key.Variables.Select(Code))} | {Code(key.Default ?? "")} | {(key.IsLive ? "live" : "restart")} | {Meaning(key)} |");
        const string head = "| key | variable | instead |\n|---|---|---|\n";
        Table(text, "Keys of OBI without effect", head, ConfigKeys.All.Where(key => key.Fate == KeyFate.Pointless), Instead);
        Table(text, "Keys of OBI for what Hilo cannot do", head, ConfigKeys.All.Where(key => key.Fate == KeyFate.Missing && !IsRepeated(key)), Instead);
        return text.ToString();
    }

    private static void Table(StringBuilder text, string title, string head, IEnumerable<ConfigKey> keys, Func<ConfigKey, string> row)
    {
        text.Append("\n## ").Append(title).Append("\n\n").Append(head);
        foreach (var key in keys)
        {
            text.Append(row(key).Replace("  ", " ", StringComparison.Ordinal)).Append('\n');
        }
    }

    private static string Instead(ConfigKey key) =>
        $"| {Code(key.Path)} | {string.Join("<br>", key.Variables.Select(Code))} | {Escape(key.Meaning)} |";

    // The same in every list of selectors.
    private static bool IsRepeated(ConfigKey key) =>
        key.Path.Contains("[].", StringComparison.Ordinal) && !key.Path.StartsWith("discovery.instrument[]", StringComparison.Ordinal);

    private static string Meaning(ConfigKey key) => Escape(key.Meaning) +
        (key.Words.Count == 0 ? "" : $" {string.Join(", ", key.Words.Select(Code))}.");

    private static string Code(string text) => text.Length == 0 ? "" : $"`{Escape(text)}`";

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

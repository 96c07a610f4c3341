// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Contract;

namespace Agent.Config;

/// <summary>
/// The header fields that the user named: captured from requests or responses, relayed from a request to those that are
/// sent for it, or generated where a request comes without. What is relayed is captured from requests too.
/// </summary>
internal sealed class HeaderOptions
{
    internal const string RequestVariable = "HILO_CAPTURE_REQUEST_HEADERS";
    internal const string ResponseVariable = "HILO_CAPTURE_RESPONSE_HEADERS";
    internal const string RelayVariable = "HILO_RELAY_HEADERS";
    internal const string GenerateVariable = "HILO_GENERATE_HEADERS";
    internal const string RedactVariable = "HILO_REDACT_HEADERS";

    private const string Secrets = "authorization,proxy-authorization,cookie,set-cookie";

    private readonly List<HeaderRule> _rules = [];

    /// <summary>In the order of their numbers in the kernel: what is relayed first.</summary>
    internal IReadOnlyList<HeaderRule> Rules => _rules;

    internal bool Generates => _rules.Exists(rule => (rule.Uses & Constants.HeaderGenerate) != 0);

    internal static HeaderOptions None => Read(_ => null);

    internal static HeaderOptions Read(Func<string, string?> text)
    {
        var options = new HeaderOptions();
        options.Add(RelayVariable, text(RelayVariable), Constants.HeaderRelay | Constants.HeaderRequest);
        options.Add(
            GenerateVariable,
            text(GenerateVariable),
            Constants.HeaderGenerate | Constants.HeaderRelay | Constants.HeaderRequest);
        if (options._rules.Count > Constants.HeaderRelaysMax)
        {
            throw new ConfigException(
                RelayVariable, text(RelayVariable) ?? "", $"relay and generate {Constants.HeaderRelaysMax} headers at most");
        }
        options.Add(RequestVariable, text(RequestVariable), Constants.HeaderRequest);
        options.Add(ResponseVariable, text(ResponseVariable), Constants.HeaderResponse);
        options.Redact(text(RedactVariable) ?? Secrets);
        return options;
    }

    /// <summary>In the form that the kernel compares lines with.</summary>
    internal HeaderRules ToKernel()
    {
        var kernel = default(HeaderRules);
        Span<ulong> names = kernel.Names;
        Span<ulong> masks = kernel.Masks;
        Span<byte> spelled = kernel.Spelled;
        Span<byte> sizes = kernel.Sizes;
        Span<byte> uses = kernel.Uses;
        for (var number = 0; number < _rules.Count; number++)
        {
            var name = Encoding.ASCII.GetBytes(_rules[number].Name);
            for (var i = 0; i < name.Length; i++)
            {
                var word = (number * Constants.HeaderNameSize / sizeof(ulong)) + (i / sizeof(ulong));
                names[word] |= (ulong)LowerCase(name[i]) << (i % sizeof(ulong) * 8);
                masks[word] |= 0xffUL << (i % sizeof(ulong) * 8);
            }
            name.CopyTo(spelled[(number * Constants.HeaderNameSize)..]);
            sizes[number] = (byte)name.Length;
            uses[number] = _rules[number].Uses;
            kernel.Letters |= 1U << (name[0] & 31);
        }
        return kernel;
    }

    // As the kernel does it to whole words: what has bit 6 gets bit 5.
    private static byte LowerCase(byte character) => (byte)(character | ((character >> 1) & 0x20));

    private void Add(string variable, string? list, int uses)
    {
        foreach (var name in Names(list))
        {
            Check(variable, list!, name);
            var known = _rules.FindIndex(rule => rule.Is(name));
            if (known >= 0)
            {
                _rules[known] = _rules[known] with { Uses = (byte)(_rules[known].Uses | uses) };
                continue;
            }
            if (_rules.Count == Constants.HeaderRulesMax)
            {
                throw new ConfigException(variable, list!, $"name {Constants.HeaderRulesMax} headers at most, in all");
            }
            _rules.Add(new HeaderRule(name, (byte)uses, IsRedacted: false));
        }
    }

    private void Redact(string list)
    {
        foreach (var name in Names(list))
        {
            var known = _rules.FindIndex(rule => rule.Is(name));
            if (known >= 0)
            {
                _rules[known] = _rules[known] with { IsRedacted = true };
            }
        }
    }

    private static string[] Names(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // Letters, digits and hyphens: other characters are legal in a name, and rarer than mistakes.
    private static void Check(string variable, string list, string name)
    {
        if (name.Length > Constants.HeaderNameSize)
        {
            throw new ConfigException(variable, list, $"a name has {Constants.HeaderNameSize} characters at most");
        }
        if (!char.IsAsciiLetter(name[0]) || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
        {
            throw new ConfigException(variable, list, "use names of headers like X-Correlation-Id, separated by commas");
        }
    }
}

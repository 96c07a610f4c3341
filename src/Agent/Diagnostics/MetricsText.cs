// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Agent.Diagnostics;

/// <summary>Writes metrics in the text format of Prometheus, version 0.0.4. Labels and help hold no character that needs escaping.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();
    private string _family = "";

    /// <summary>What grows only; the name ends with <c>_total</c>.</summary>
    internal MetricsText Counter(string name, string help) => Family(name, "counter", help);

    internal MetricsText Gauge(string name, string help) => Family(name, "gauge", help);

    internal MetricsText Histogram(string name, string help) => Family(name, "histogram", help);

    /// <summary>One line of a family that has several kinds of them, or several labels.</summary>
    /// <param name="suffix">Behind the name.</param>
    /// <param name="labels">As they are written, escaped.</param>
    internal void Sample(string suffix, string labels, double value) =>
        _text.Append(CultureInfo.InvariantCulture, $"{_family}{suffix}{{{labels}}} {value}\n");

    internal MetricsText Value(double value)
    {
        _text.Append(CultureInfo.InvariantCulture, $"{_family} {value}\n");
        return this;
    }

    internal MetricsText Value(string label, string which, double value)
    {
        _text.Append(CultureInfo.InvariantCulture, $"{_family}{{{label}=\"{which}\"}} {value}\n");
        return this;
    }

    public override string ToString() => _text.ToString();

    private MetricsText Family(string name, string type, string help)
    {
        _family = name;
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        return this;
    }
}

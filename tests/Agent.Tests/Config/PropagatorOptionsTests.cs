// SPDX-License-Identifier: Apache-2.0
using Agent.Config;

namespace Agent.Tests.Config;

public class PropagatorOptionsTests
{
    [Theory]
    [InlineData(null, true, true, false, false)]
    [InlineData(" ", true, true, false, false)]
    [InlineData("tracecontext", true, false, false, false)]
    [InlineData("b3", false, false, true, false)]
    [InlineData("b3multi, baggage", false, true, false, true)]
    [InlineData("tracecontext,b3,b3multi", true, false, true, true)]
    [InlineData("none", false, false, false, false)]
    public void A_list_of_names(string? list, bool w3c, bool baggage, bool b3, bool b3Multi) =>
        Assert.Equal(new PropagatorOptions(w3c, baggage, b3, b3Multi), PropagatorOptions.Parse(list));

    [Theory]
    [InlineData("jaeger")]
    [InlineData("tracecontext;b3")]
    public void Another_name_is_refused(string list) =>
        Assert.Contains($"OTEL_PROPAGATORS={list}", Assert.Throws<ConfigException>(() => PropagatorOptions.Parse(list)).Message, StringComparison.Ordinal);
}

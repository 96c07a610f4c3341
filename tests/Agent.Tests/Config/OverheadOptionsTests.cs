// SPDX-License-Identifier: Apache-2.0
using Agent.Config;

namespace Agent.Tests.Config;

public class OverheadOptionsTests
{
    [Theory]
    [InlineData(null, 10)]
    [InlineData(" ", 10)]
    [InlineData("2.5", 2.5)]
    [InlineData("0", 0)]
    [InlineData("off", 0)]
    public void A_budget_is_microseconds_or_none(string? text, double microseconds) =>
        Assert.Equal(microseconds, OverheadOptions.Parse(text, null).BudgetMicroseconds);

    [Theory]
    [InlineData("-1", null)]
    [InlineData("much", null)]
    [InlineData("NaN", null)]
    [InlineData(null, "0")]
    [InlineData(null, "off")]
    public void Anything_else_is_refused(string? budget, string? interval) =>
        Assert.Throws<ConfigException>(() => OverheadOptions.Parse(budget, interval));
}

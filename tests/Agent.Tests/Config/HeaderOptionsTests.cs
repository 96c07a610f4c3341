// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Config;
using Agent.Contract;

namespace Agent.Tests.Config;

public class HeaderOptionsTests
{
    [Fact]
    public void What_is_relayed_comes_first_and_uses_are_joined()
    {
        var options = Read(
            ("HILO_CAPTURE_REQUEST_HEADERS", "X-Tenant, correlator-id"),
            ("HILO_CAPTURE_RESPONSE_HEADERS", "x-tenant,Server"),
            ("HILO_RELAY_HEADERS", "Correlator-Id"));

        Assert.Equal(["Correlator-Id", "X-Tenant", "Server"], options.Rules.Select(rule => rule.Name));
        Assert.Equal(
            [Constants.HeaderRelay | Constants.HeaderRequest, Constants.HeaderRequest | Constants.HeaderResponse, Constants.HeaderResponse],
            options.Rules.Select(rule => (int)rule.Uses));
        Assert.False(options.Generates);
    }

    [Fact]
    public void Secrets_are_redacted_unless_another_list_is_given()
    {
        var named = ("HILO_CAPTURE_REQUEST_HEADERS", "Authorization,Cookie,X-Key");

        Assert.Equal([true, true, false], Read(named).Rules.Select(rule => rule.IsRedacted));
        Assert.Equal([false, false, true], Read(named, ("HILO_REDACT_HEADERS", "x-key")).Rules.Select(rule => rule.IsRedacted));
    }

    [Fact]
    public void The_kernel_gets_lower_case_words_and_masks()
    {
        var kernel = Read(("HILO_GENERATE_HEADERS", "X-Correlation_ID")).ToKernel();

        Span<ulong> names = kernel.Names;
        Span<ulong> masks = kernel.Masks;
        Span<byte> sizes = kernel.Sizes;
        Span<byte> spelled = kernel.Spelled;
        Assert.Equal(BitConverter.ToUInt64("x-correl"u8), names[0]);
        Assert.Equal(BitConverter.ToUInt64([.. "ation"u8, '_' | 0x20, .. "id"u8]), names[1]);
        Assert.Equal([ulong.MaxValue, ulong.MaxValue, 0UL], masks[..3].ToArray());
        Assert.Equal(16, sizes[0]);
        Assert.Equal("X-Correlation_ID", Encoding.ASCII.GetString(spelled[..16]));
        Assert.Equal(1U << ('x' & 31), kernel.Letters);
    }

    [Theory]
    [InlineData("HILO_CAPTURE_REQUEST_HEADERS", "a,b,c,d,e,f,g,h,i", "name 8 headers at most")]
    [InlineData("HILO_RELAY_HEADERS", "a,b,c,d,e", "relay and generate 4 headers at most")]
    [InlineData("HILO_CAPTURE_REQUEST_HEADERS", "X Tenant", "use names of headers")]
    [InlineData("HILO_CAPTURE_RESPONSE_HEADERS", "1st", "use names of headers")]
    [InlineData("HILO_CAPTURE_REQUEST_HEADERS", "A-Name-That-Is-Much-Longer-Than-Any-Name-Of-A-Header-Is", "48 characters at most")]
    public void What_cannot_be_is_named(string variable, string list, string remedy)
    {
        var refusal = Assert.Throws<ConfigException>(() => Read((variable, list)));
        Assert.StartsWith($"{variable}={list} cannot be used: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal.Message, StringComparison.Ordinal);
    }

    private static HeaderOptions Read(params (string Name, string Value)[] variables) =>
        HeaderOptions.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}

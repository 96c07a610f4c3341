// SPDX-License-Identifier: Apache-2.0
using Agent.Probes.X86;

namespace Agent.Tests.Probes.X86;

public class ProbeSiteTests
{
    private const string SubRsp = "4883EC18";
    private const string TestEdx = "85D2";

    [Theory]
    [InlineData("55 C3", 0)] // push
    [InlineData("F30F1EFA 55 C3", 4)] // endbr64; push
    [InlineData("4883EC18 85D2 7801 C3 C3", 6)] // sub; test; js
    [InlineData("4889F8 E800000000 C3", 3)] // mov %rdi,%rax; call
    public void It_is_the_first_cheap_instruction(string code, int distance) =>
        Assert.Equal(new ProbeSite(distance, true), ProbeSite.Find(Bytes(code), ProbeSite.Arguments));

    [Theory]
    [InlineData("31D2 55 C3")] // xor %edx,%edx; push
    [InlineData("4883EC18 C3")] // sub; ret
    [InlineData("06 55 C3")] // not known
    [InlineData("C5FA6F06 55 C3")] // what it writes is not known
    [InlineData("85D2 FFCF 75FC C3")] // test; dec %edi; jne to dec
    [InlineData("85D2 55 31C0 FFC0 75F9 C3")] // test; push; xor; inc; jne to push
    [InlineData("85D2 55 06 C3")] // whether something leads back is not known
    [InlineData("")]
    public void Otherwise_it_is_the_entry(string code) =>
        Assert.Equal(new ProbeSite(0, false), ProbeSite.Find(Bytes(code), ProbeSite.Arguments));

    [Fact]
    public void For_a_return_probe_nothing_may_be_on_the_stack()
    {
        var code = Bytes($"{SubRsp} {TestEdx} 7801 C3 C3");
        Assert.Equal(default, ProbeSite.Find(code, ProbeSite.Arguments | ProbeSite.Return));
        Assert.Equal(
            new ProbeSite(2, true), ProbeSite.Find(Bytes($"{TestEdx} 7801 C3 C3"), ProbeSite.Arguments | ProbeSite.Return));
    }

    [Theory]
    [InlineData("4883EC18 85D2 7808 4889E1 4863D2 E810000000 C3", 35, true)] // as SSL_read of OpenSSL 3
    [InlineData("4883EC08 E810000000 C3", 25, false)] // as SSL_read_ex
    public void What_is_called_with_the_same_arguments_is_found(string code, long distance, bool countsOnStack)
    {
        const Registers three = Registers.Rdi | Registers.Rsi | Registers.Rdx;
        Assert.True(Forwarding.TryFind(Bytes(code), out var forwarding));
        Assert.Equal(distance, forwarding.Distance);
        Assert.Equal(three, forwarding.Intact & three);
        Assert.Equal(countsOnStack, (forwarding.OnStack & Registers.Rcx) != 0);
        Assert.Equal(!countsOnStack, (forwarding.Intact & Registers.Rcx) != 0);
    }

    [Theory]
    [InlineData("4885FF 7405 E810000000 C3")] // test %rdi,%rdi; je around the call
    [InlineData("FFD0 C3")] // call *%rax
    public void A_way_around_the_call_is_none(string code) => Assert.False(Forwarding.TryFind(Bytes(code), out _));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}

// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Text;
using Agent.Protocols;

namespace Agent.Tests.Protocols;

public class AddressTextTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("10.20.30.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("1::")]
    [InlineData("2001:db8::1")]
    [InlineData("2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:0:0:1:0:0:0:1")]
    [InlineData("2001:db8:0:0:1:0:0:1")]
    [InlineData("fe80::204:61ff:fe9d:f156")]
    [InlineData("1:2:3:4:5:6:7:8")]
    [InlineData("1234:5678:9abc:def0:1234:5678:9abc:def0")]
    [InlineData("0:0:1::")]
    public void Text_is_that_of_the_framework(string text)
    {
        var address = IPAddress.Parse(text);

        Assert.Equal(address.ToString(), Format(address.MapToIPv6().GetAddressBytes()));
    }

    [Fact]
    public void Random_addresses_are_written_as_the_framework_does()
    {
        var random = new Random(3);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            for (var group = 0; group < 8; group++)
            {
                if (random.Next(2) == 0)
                {
                    bytes.AsSpan(group * 2, 2).Clear();
                }
            }

            bytes[0] |= 0x20; // the framework writes a few ranges that embed IPv4 in its own way
            Assert.Equal(new IPAddress(bytes).ToString(), Format(bytes));
        }
    }

    private static string Format(byte[] address) =>
        Encoding.ASCII.GetString(AddressText.Format(address, new byte[AddressText.MaxSize]));
}

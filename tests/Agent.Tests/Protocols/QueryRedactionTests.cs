// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Tests.Protocols;

public class QueryRedactionTests
{
    [Theory]
    [InlineData("a=1&b=2", "a=1&b=2")]
    [InlineData("sig=abc", "sig=REDACTED")]
    [InlineData("x=1&AWSAccessKeyId=AKIA&Signature=s%3D&y", "x=1&AWSAccessKeyId=REDACTED&Signature=REDACTED&y")]
    [InlineData("X-Goog-Signature=1&X-Amz-Signature=2", "X-Goog-Signature=REDACTED&X-Amz-Signature=REDACTED")]
    [InlineData("X-Amz-Credential=c&X-Amz-Security-Token=t", "X-Amz-Credential=REDACTED&X-Amz-Security-Token=REDACTED")]
    [InlineData("X-Amz-Credential=AKIA", "X-Amz-Credential=REDACTED")]
    [InlineData("AWSAccessKeyId=AKIA", "AWSAccessKeyId=REDACTED")]
    [InlineData("X-Amz-Security-Token=t", "X-Amz-Security-Token=REDACTED")]
    [InlineData("SIG=abc&sig2=x&asig=y", "SIG=abc&sig2=x&asig=y")]
    [InlineData("sig=&sig&=x&&", "sig=&sig&=x&&")]
    public void Credentials_are_replaced_and_keys_are_kept(string query, string expected)
    {
        var text = new Utf8Builder(new byte[200]);
        QueryRedaction.Append(Encoding.UTF8.GetBytes(query), ref text);

        Assert.Equal(expected, Encoding.UTF8.GetString(text.Written));
    }
}

// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>One request of Services/python/frames.py: its case, and the context that was sent, and received, or nothing.</summary>
internal sealed record Answer(string Case, string Sent, string Received)
{
    public static List<Answer> ReadAll(string output)
    {
        Assert.EndsWith("ok\n", output, StringComparison.Ordinal);
        return
        [
            .. output.Split('\n').Select(line => line.Split(' ')).Where(words => words[0] == "answer")
                .Select(words => new Answer(words[1], Read(words[2]), Read(words[3]))),
        ];
    }

    private static string Read(string value) => Rpc.ContextOf(value == "-" ? "" : value);
}

// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Targets;
using OpenTelemetry.Proto.Resource.V1;

namespace Agent.Tests.Targets;

public class ResourceAttributesTests
{
    [Fact]
    public void What_the_service_says_of_itself_wins()
    {
        var resource = Describe(
            ("OTEL_SERVICE_NAME", "shop"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,service.namespace=eu,team=a%2Cb,broken,host.name=box"));
        Assert.Equal("shop", resource["service.name"]);
        Assert.Equal("eu", resource["service.namespace"]);
        Assert.Equal("a,b", resource["team"]);
        Assert.Equal("box", resource["host.name"]);
    }

    [Fact]
    public void The_list_of_attributes_can_name_the_service() =>
        Assert.Equal("other", Describe(("OTEL_RESOURCE_ATTRIBUTES", "service.name=other"))["service.name"]);

    [Fact]
    public void Without_a_word_the_program_names_it()
    {
        var resource = Describe();
        Assert.Equal("sleep", resource["service.name"]);
        Assert.Equal("sleep", resource["process.executable.name"]);
        Assert.EndsWith("/sleep", resource["process.executable.path"], StringComparison.Ordinal);
        Assert.Equal("generic", resource["telemetry.sdk.language"]);
        Assert.Equal("hilo", resource["telemetry.sdk.name"]);
        Assert.Equal(Environment.MachineName, resource["host.name"]);
        Assert.DoesNotContain("process.command_args", resource.Keys);
    }

    private static Dictionary<string, string> Describe(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("sleep", "30");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var child = Process.Start(start);
        Assert.NotNull(child);
        try
        {
            var proc = new ProcFs();
            var program = proc.Executable(child.Id);
            Assert.NotNull(program);

            // It has been started a moment before the kernel says where its environment is.
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllBytes($"/proc/{child.Id}/environ").Length > 0, TimeSpan.FromSeconds(10)));
            var encoded = ResourceAttributes.Describe(proc, child.Id, program).Encode();
            var attributes = Resource.Parser.ParseFrom(encoded).Attributes;
            Assert.Equal(child.Id, attributes.Single(attribute => attribute.Key == "process.pid").Value.IntValue);
            return attributes.Where(attribute => attribute.Key != "process.pid")
                .ToDictionary(attribute => attribute.Key, attribute => attribute.Value.StringValue);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }
}

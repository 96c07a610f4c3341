// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Nodes;
using Scenarios.Harness;

namespace Scenarios.Deployment;

/// <summary>The Helm chart, rendered by what Helm is made of (Services/go/chart.go): with its own values and with all of them changed.</summary>
public sealed class ChartTests : Scenario
{
    private static readonly string Chart = Path.Combine(Repository.Root, "deploy", "helm", "hilo");

    [Fact]
    public void Its_objects_are_those_of_the_manifest_or_what_values_say()
    {
        var plain = Objects(Manifest.Read(Sandbox, Render()));
        var known = Objects(Manifest.Read(Sandbox, Path.Combine(Repository.Root, "deploy", "kubernetes", "hilo.yaml")));
        Assert.True(known.Remove("Namespace hilo"));
        Assert.Equal(known.Keys.Order(), plain.Keys.Order());
        Assert.All(known, one => Assert.Equal(one.Value.ToJsonString(), plain[one.Key].ToJsonString()));

        var changed = Sandbox.PathOf("values.yaml");
        File.WriteAllText(changed, """
            image: {repository: registry.example/hilo, tag: 9.9.9, pullPolicy: Always, pullSecrets: [{name: key}]}
            config: {otel_traces_export: null, queue: {storage: memory}, health_check: null, internal_metrics: {prometheus: {port: 9000, path: /m}}}
            rights: full
            kubernetesNames: false
            serviceAccount: {create: false}
            env: [{name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://other:4318"}]
            resources: {limits: {memory: 200Mi}}
            queuePath: ""
            tolerations: []
            nodeSelector: {disk: fast}
            priorityClassName: system-node-critical
            podAnnotations: {a: b}
            podLabels: {c: d}
            """);
        var other = Objects(Manifest.Read(Sandbox, Render(changed)));
        Assert.Equal(["ConfigMap hilo", "DaemonSet hilo"], other.Keys.Order());
        var pod = other["DaemonSet hilo"]["spec"]!["template"]!;
        var container = pod["spec"]!["containers"]![0]!;
        Assert.Equal(("registry.example/hilo:9.9.9", "default", "9000", "d"),
            ((string?)container["image"], (string?)pod["spec"]!["serviceAccountName"], (string?)pod["metadata"]!["annotations"]!["prometheus.io/port"],
                (string?)pod["metadata"]!["labels"]!["c"]));
        Assert.Contains("SYS_ADMIN", container["securityContext"]!["capabilities"]!["add"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(container["livenessProbe"]);
        var file = Sandbox.PathOf("hilo.yaml");
        File.WriteAllText(file, other["ConfigMap hilo"]["data"]!["hilo.yaml"]!.ToJsonString());
        Assert.Contains("can be used, 0 warning(s)", Sandbox.StartOutside(new ProgramStart(Repository.Agent, "config", "check", file)).Finish(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("config: {discovery: {instrument: [{open_ports: 80}]}}\nmaxUnavailable: 2", true)]
    [InlineData("rights: all", false)]
    [InlineData("queuepath: /var/lib/hilo", false)]
    [InlineData("queuePath: var/lib", false)]
    [InlineData("env: [{value: a}]", false)]
    [InlineData("resources: {limit: {memory: 1Gi}}", false)]
    [InlineData("kubernetesNames: \"false\"", false)]
    public void Values_are_checked(string changes, bool isFine)
    {
        const string Check = "import json, jsonschema, sys, yaml; "
            + "v = yaml.safe_load(open(sys.argv[1] + '/values.yaml')); v.update(yaml.safe_load(sys.argv[2]) or {}); "
            + "s = json.load(open(sys.argv[1] + '/values.schema.json')); jsonschema.Draft7Validator.check_schema(s); "
            + "print(len(list(jsonschema.Draft7Validator(s).iter_errors(v))))";
        var found = Sandbox.StartOutside(
            new ProgramStart("/usr/bin/python3", "-c", Check, Chart, changes)).Finish().Trim();
        Assert.Equal(isFine, found == "0");
    }

    [Fact]
    public void A_queue_on_disk_without_a_place_is_refused()
    {
        var values = Sandbox.PathOf("values.yaml");
        File.WriteAllText(values, "queuePath: ''");
        var program = Sandbox.StartOutside(new ProgramStart(Build.Go("chart"), Chart, "hilo", "hilo", values));
        Assert.Equal(1, program.End());
        Assert.Contains("queuePath is empty", program.Errors, StringComparison.Ordinal);
    }

    private string Render(params string[] values)
    {
        var file = Sandbox.PathOf("rendered.yaml");
        File.WriteAllText(file, Sandbox.StartOutside(new ProgramStart([Build.Go("chart"), Chart, "hilo", "hilo", .. values])).Finish());
        return file;
    }

    /// <summary>By kind and name; without what only a chart has, and with configurations as their content.</summary>
    private Dictionary<string, JsonNode> Objects(JsonNode[] objects)
    {
        var found = new Dictionary<string, JsonNode>();
        foreach (var one in objects)
        {
            var pod = one["spec"]?["template"]?["metadata"];
            pod?["annotations"]?.AsObject().Remove("checksum/config");
            one["metadata"]!.AsObject().Remove("labels");
            found.Add($"{one["kind"]} {one["metadata"]!["name"]}", Sorted(one)!);
        }
        return found;
    }

    private JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(
            field.Key, field.Key == "hilo.yaml" ? Sorted(Manifest.Parse(Sandbox, (string)field.Value!)[0]) : Sorted(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Nodes;

namespace Scenarios.Harness;

/// <summary>The container of a DaemonSet, as a kubelet would read it from a manifest.</summary>
internal sealed class Manifest
{
    private const string ToJson = "import json, sys, yaml; print(json.dumps([one for one in yaml.safe_load_all(sys.stdin) if one]))";

    private readonly JsonNode[] _objects;
    private readonly JsonNode _pod;
    private readonly JsonNode _container;

    public Manifest(Sandbox sandbox, string file)
    {
        _objects = Read(sandbox, file);
        _pod = Object("DaemonSet")["spec"]!["template"]!["spec"]!;
        _container = _pod["containers"]!.AsArray().Single()!;
    }

    public bool HasHostNetwork => (bool?)_pod["hostNetwork"] == true;

    public string[] Arguments => Texts(_container["args"]);

    /// <summary>Those with a value; what the cluster would fill in is <paramref name="node"/>.</summary>
    public Dictionary<string, string> Environment(string node) => (_container["env"]?.AsArray() ?? []).ToDictionary(
        variable => (string)variable!["name"]!, variable => (string?)variable!["value"] ?? node);

    /// <summary>All objects of a file.</summary>
    public static JsonNode[] Read(Sandbox sandbox, string file) => Parse(sandbox, File.ReadAllText(file));

    public static JsonNode[] Parse(Sandbox sandbox, string yaml)
    {
        var text = sandbox.StartOutside(new ProgramStart("/usr/bin/python3", "-c", ToJson) { Input = yaml }).Finish();
        return [.. JsonNode.Parse(text)!.AsArray().Select(one => one!)];
    }

    /// <summary>Its rights, limits and mounts, all of them.</summary>
    public Container Contain(Sandbox sandbox, string image)
    {
        var security = _container["securityContext"]!;
        Assert.True((bool?)_pod["hostPID"]);
        Assert.True((bool?)security["readOnlyRootFilesystem"]);
        Assert.Equal(["ALL"], Texts(security["capabilities"]!["drop"]));
        Assert.Equal($"{Container.MemoryLimit >> 20}Mi", (string?)_container["resources"]!["limits"]!["memory"]);
        var container = new Container(sandbox, image, Texts(security["capabilities"]!["add"]));
        foreach (var mount in _container["volumeMounts"]!.AsArray())
        {
            var path = (string)mount!["mountPath"]!;
            if (path != "/sys/fs/cgroup")
            {
                container.Mount(Volume(sandbox, (string)mount["name"]!), path, (bool?)mount["readOnly"] == true);
            }
        }

        return container;
    }

    private string Volume(Sandbox sandbox, string name)
    {
        var volume = _pod["volumes"]!.AsArray().Single(volume => (string)volume!["name"]! == name)!;
        var folder = Directory.CreateDirectory(sandbox.PathOf("volume-" + name)).FullName;
        if (volume["configMap"] is { } map)
        {
            var files = _objects.Single(one => (string)one["kind"]! == "ConfigMap" && (string)one["metadata"]!["name"]! == (string)map["name"]!)["data"]!;
            foreach (var (file, text) in files.AsObject())
            {
                File.WriteAllText(Path.Combine(folder, file), (string)text!);
            }
        }

        return folder;
    }

    private JsonNode Object(string kind) => _objects.Single(one => (string)one["kind"]! == kind);

    private static string[] Texts(JsonNode? list) => [.. (list?.AsArray() ?? []).Select(text => (string)text!)];
}

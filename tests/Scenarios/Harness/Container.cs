// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Nodes;

namespace Scenarios.Harness;

/// <summary>
/// The image of out/hilo-image.tar, run by a runtime as docs/install.md says: read-only root, a memory limit, the host's processes and
/// cgroups, and named capabilities, nothing else. It is in the network of the sandbox, and has a cgroup namespace of its own.
/// </summary>
internal sealed class Container : IDisposable
{
    public const long MemoryLimit = 120 << 20;

    private static readonly string[] Sets = ["bounding", "effective", "permitted"];
    private static readonly string[] Namespaces = ["ipc", "uts", "mount", "cgroup"];

    private const string Runtime = "runc";

    private readonly string _state;
    private readonly string _bundle;
    private readonly JsonNode _plan;

    public string Name { get; }

    public Container(Sandbox sandbox, string image, string[] capabilities)
    {
        Name = sandbox.Name + "-hilo";
        _state = sandbox.PathOf("runtime");
        _bundle = sandbox.PathOf("bundle");
        var layout = sandbox.PathOf("layout");
        sandbox.StartOutside(new ProgramStart("skopeo", "copy", "--quiet", $"oci-archive:{image}", $"oci:{layout}:hilo")).Finish();
        sandbox.StartOutside(new ProgramStart("umoci", "unpack", "--image", $"{layout}:hilo", _bundle)).Finish();

        _plan = JsonNode.Parse(File.ReadAllText(Path.Combine(_bundle, "config.json")))!;
        var process = _plan["process"]!;
        process["terminal"] = false;
        process["noNewPrivileges"] = true;
        process["capabilities"] = new JsonObject(Sets.Select(
            set => KeyValuePair.Create<string, JsonNode?>(set, List(capabilities.Select(name => "CAP_" + name)))));
        _plan["root"]!["readonly"] = true;
        var mounts = _plan["mounts"]!.AsArray();
        mounts.Remove(mounts.Single(mount => (string?)mount!["destination"] == "/sys/fs/cgroup"));
        mounts.Add(new JsonObject
        {
            ["destination"] = "/sys/fs/cgroup",
            ["type"] = "bind",
            ["source"] = "/sys/fs/cgroup",
            ["options"] = List(["rbind", "rslave", "ro", "nosuid", "nodev", "noexec"]),
        });
        var linux = _plan["linux"]!;
        linux["namespaces"] = new JsonArray([.. Namespaces.Select(kind => new JsonObject { ["type"] = kind })]);
        linux["resources"]!["memory"] = new JsonObject { ["limit"] = MemoryLimit };
        linux["cgroupsPath"] = "/" + Name;
    }

    /// <summary>Shows a folder of this host in it.</summary>
    public void Mount(string source, string destination, bool isReadOnly) => _plan["mounts"]!.AsArray().Add(new JsonObject
    {
        ["destination"] = destination,
        ["type"] = "bind",
        ["source"] = source,
        ["options"] = List(["bind", isReadOnly ? "ro" : "rw", "nosuid", "nodev", "noexec"]),
    });

    /// <summary>Its entry point is run, or with the arguments in place of its own.</summary>
    public ProgramStart Start(Dictionary<string, string> environment, params string[] arguments)
    {
        var process = _plan["process"]!;
        if (arguments.Length > 0)
        {
            process["args"] = List(["/hilo", .. arguments]);
        }

        foreach (var (name, value) in environment)
        {
            process["env"]!.AsArray().Add($"{name}={value}");
        }

        File.WriteAllText(Path.Combine(_bundle, "config.json"), _plan.ToJsonString());
        return new ProgramStart(Runtime, "--root", _state, "run", "--bundle", _bundle, Name);
    }

    /// <summary>The most memory it has used so far, the kernel's on its behalf included.</summary>
    public long PeakMemory()
    {
        string[] places = [$"/sys/fs/cgroup/memory/{Name}/memory.max_usage_in_bytes", $"/sys/fs/cgroup/{Name}/memory.peak"];
        return long.Parse(File.ReadAllText(places.First(File.Exists)), System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        var left = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(Runtime, ["--root", _state, "delete", "--force", Name]) { RedirectStandardError = true })!;
        left.StandardError.ReadToEnd();
        left.WaitForExit();
    }

    private static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}

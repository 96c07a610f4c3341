// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;
using Agent.Tests.Config;

namespace Agent.Tests.Targets;

/// <summary>Who is chosen, by configuration as a user writes it.</summary>
public sealed class TargetSelectorTests : IDisposable
{
    private readonly FakeProc _proc = new();

    public void Dispose() => _proc.Dispose();

    [Theory]
    [InlineData("80", 80, true)]
    [InlineData("80", 81, false)]
    [InlineData("80,443,8000-8999", 443, true)]
    [InlineData("80,443,8000-8999", 8000, true)]
    [InlineData("80,443,8000-8999", 8999, true)]
    [InlineData("80,443,8000-8999", 9000, false)]
    [InlineData(" 80 , 90 - 92 ", 91, true)]
    public void Ports_are_lists_and_ranges(string text, int port, bool expected)
    {
        Assert.True(PortRanges.TryParse(text, out var ranges));
        Assert.Equal(expected, ranges.Contains((ushort)port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http")]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData("90-80")]
    [InlineData("80-")]
    [InlineData("80;90")]
    public void Bad_ports_are_refused(string text) => Assert.False(PortRanges.TryParse(text, out _));

    [Theory]
    [InlineData("/srv/app", 8080, true)]
    [InlineData("/srv/app", 0, false)]
    [InlineData("/usr/sbin/sshd", 22, false)]
    [InlineData("/otelcol-contrib", 4318, false)]
    public void Without_a_word_whoever_listens_except_the_programs_of_the_host_and_collectors(string program, ushort port, bool expected) =>
        Assert.Equal(expected, Chosen("", program, port));

    [Fact]
    public void A_named_port_chooses_even_a_program_of_the_host()
    {
        Assert.True(Chosen("open_port: 22", "/usr/sbin/sshd", 22));
        Assert.False(Chosen("open_port: 22", "/srv/app", 8080));
    }

    [Theory]
    [InlineData("/usr/bin/curl", 80, true)]
    [InlineData("/usr/bin/curl", 0, false)]
    [InlineData("/usr/bin/wget", 80, false)]
    public void The_keys_are_one_entry_all_of_them_must_fit(string program, ushort port, bool expected) =>
        Assert.Equal(expected, Chosen("{open_port: 80, auto_target_exe: '*/curl'}", program, port));

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public void Process_ids_are_all_there_is(int pid, bool expected) =>
        Assert.Equal(expected, Chosen("{target_pids: [7], auto_target_exe: '*'}", "/srv/app", 0, pid));

    [Theory]
    [InlineData("/srv/shop", 0, "", true)]
    [InlineData("/srv/cart", 8443, "", true)]
    [InlineData("/srv/cart", 80, "", false)]
    [InlineData("/srv/cart", 0, "--worker fast", true)]
    [InlineData("/srv/cart", 0, "fast", false)]
    public void Any_entry_is_enough_and_all_of_its_conditions_must_fit(string program, ushort port, string arguments, bool expected) =>
        Assert.Equal(expected, Chosen("""
            discovery:
              instrument:
                - exe_path: "*/shop"
                - open_ports: 8000-8999
                  exe_path: "*/{cart,basket}"
                - cmd_args: "*--worker*"
            """, program, port, arguments: arguments));

    [Theory]
    [InlineData("discovery: {instrument: [{k8s_namespace: shop}]}")]
    [InlineData("discovery: {instrument: [{k8s_pod_labels: {app: shop}}]}")]
    [InlineData("discovery: {instrument: [{k8s_namespace: '*', exe_path: '*'}]}")]
    [InlineData("discovery: {instrument: [{container_name: '*'}]}")]
    [InlineData("discovery: {instrument: [{name: shop}]}")]
    [InlineData("discovery: {instrument: [{}]}")]
    [InlineData("discovery: {services: [{k8s_namespace: .}]}")]
    public void What_cannot_be_tested_or_says_nothing_chooses_nothing(string file) =>
        Assert.False(Chosen(file, "/srv/app", 8080));

    [Theory]
    [InlineData("/srv/a", true)]
    [InlineData("/srv/b", false)]
    [InlineData("/bin/otelcol", false)]
    public void Excluded_is_excluded(string program, bool expected) => Assert.Equal(expected, Chosen("""
        discovery:
          instrument: [{exe_path: "*"}]
          exclude_instrument: [{exe_path: "*/b"}]
        """, program));

    [Fact]
    public void The_usual_exclusions_can_be_replaced()
    {
        Assert.False(Chosen("auto_target_exe: '*'", "/bin/otelcol-contrib"));
        Assert.True(Chosen("{auto_target_exe: '*', discovery: {default_exclude_instrument: []}}", "/bin/otelcol-contrib"));
    }

    [Theory]
    [InlineData("/opt/server-12", true)]
    [InlineData("/opt/server-x", false)]
    [InlineData("/opt/server-12-debug", false)]
    public void Old_lists_hold_regular_expressions(string program, bool expected) => Assert.Equal(expected, Chosen("""
        discovery:
          services: [{exe_path: 'server-\d+'}]
          exclude_services: [{exe_path: "debug$"}]
        """, program));

    [Fact]
    public void Old_lists_are_not_read_beside_new_ones() => Assert.False(Chosen(
        "{discovery: {services: [{exe_path: a}], instrument: [{exe_path: /b}]}}", "/a"));

    [Theory]
    [InlineData("generic", true)]
    [InlineData("{go,java}", false)]
    [InlineData("go,generic", true)]
    public void Languages(string pattern, bool expected) =>
        Assert.Equal(expected, Chosen($"discovery: {{instrument: [{{languages: '{pattern}'}}]}}", "/srv/app"));

    [Fact]
    public void Later_entries_name_and_silence()
    {
        const string file = """
            discovery:
              instrument:
                - {exe_path: "*", namespace: all, name: any}
                - {exe_path: "*/shop", name: shop}
                - {exe_path: "*/quiet", exports: [metrics]}
            """;
        Assert.Equal(new Naming("any", "all"), Choose(file, "/srv/x"));
        Assert.Equal(new Naming("shop", "all"), Choose(file, "/srv/shop"));
        Assert.Null(Choose(file, "/srv/quiet"));
    }

    [Theory]
    [InlineData("auto_target_exe: '*'", true)]
    [InlineData("system_wide: true", true)]
    [InlineData("discovery: {instrument: [{exe_path: '**'}]}", true)]
    [InlineData("{open_port: 80, auto_target_exe: '*'}", false)]
    [InlineData("discovery: {instrument: [{exe_path: '*'}], exclude_instrument: [{exe_path: /x}]}", false)]
    [InlineData("discovery: {instrument: [{exe_path: '*', k8s_namespace: a}]}", false)]
    [InlineData("discovery: {instrument: [{exe_path: '*'}, {exe_path: /x, exports: []}]}", false)]
    public void The_kernel_chooses_where_everything_is_chosen(string file, bool expected) =>
        Assert.Equal(expected, Selector(file).IsEverything);

    private static TargetSelector Selector(string file) => Files.Read(file).Selector;

    private bool Chosen(string file, string program, ushort port = 0, int pid = 42, string arguments = "") =>
        Choose(file, program, port, pid, arguments) is not null;

    private Naming? Choose(string file, string program, ushort port = 0, int pid = 42, string arguments = "")
    {
        _proc.Start(pid, program, arguments: arguments.Length > 0 ? arguments.Split(' ') : []);
        return Selector(file).Choose(new ProcessFacts(_proc.Files, pid, program), port == 0 ? [] : [port]);
    }
}

// SPDX-License-Identifier: Apache-2.0
using static Agent.Config.Keys.Row;

namespace Agent.Config.Keys;

/// <summary>Which processes are traced, and what they are called.</summary>
internal static class TargetKeys
{
    internal static readonly ConfigKey[] All =
    [
        Key("open_port", KeyType.Ports, "OTEL_EBPF_OPEN_PORT", null, "Ports they listen on: 80,443,8000-8999. All of open_port, auto_target_exe and auto_target_language that are set must fit.").Live(),
        Key("auto_target_exe", KeyType.Text, "OTEL_EBPF_AUTO_TARGET_EXE OTEL_GO_AUTO_TARGET_EXE", null, "Path of their program, a pattern like */{nginx,python3*}.").Live(),
        Key("executable_path", KeyType.Text, "OTEL_EBPF_EXECUTABLE_PATH OTEL_EBPF_EXECUTABLE_NAME", null, "The old way to say it: a regular expression that the path contains.").Live(),
        Key("executable_name", KeyType.Text, "", null, "The same, as it was called before.").Live() with { SameAs = "executable_path" },
        Key("auto_target_language", KeyType.Text, "OTEL_EBPF_AUTO_TARGET_LANGUAGE", null, "Languages, a pattern like {go,java}: go, java, dotnet, python, nodejs, ruby, php, perl, generic.").Live(),
        Key("target_pids", KeyType.List, "OTEL_EBPF_TARGET_PID", null, "Process ids; if there are any, nothing else selects.").Live(),
        Key("system_wide", KeyType.Switch, "OTEL_EBPF_SYSTEM_WIDE", "false", "Every program is a target.").Live(),
        Key("service_name", KeyType.Text, "OTEL_EBPF_SERVICE_NAME OTEL_SERVICE_NAME", null, "What programs selected by the keys above are called. A program that has OTEL_SERVICE_NAME itself is called that.").Live(),
        Key("service_namespace", KeyType.Text, "OTEL_EBPF_SERVICE_NAMESPACE", null, "Their service.namespace.").Live(),
        Key("cgroup", KeyType.Text, "HILO_CGROUP", null, "Nothing outside this cgroup is touched."),
        .. Selectors("discovery.instrument", "Programs to trace: any entry is enough, all of its conditions must fit; of two that fit, what the later one says wins."),
        .. Selectors("discovery.services", "The same with regular expressions instead of patterns, as it was written before; not read where there is discovery.instrument."),
        .. Excluding("discovery.exclude_instrument", "Programs not to trace, whatever selects them."),
        .. Excluding("discovery.default_exclude_instrument", "What replaces the exclusions there are without it: collectors and other agents."),
        .. Excluding("discovery.exclude_services", "The same as exclude_instrument with regular expressions; not read where there is discovery.instrument."),
        .. Excluding("discovery.default_exclude_services", "The same as default_exclude_instrument with regular expressions."),
        Key("discovery.exclude_otel_instrumented_services", KeyType.Switch, "OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES", "true", "A program that exports traces of its own is left to itself."),
    ];

    private static ConfigKey[] Selectors(string list, string meaning) =>
    [
        .. Excluding(list, meaning),
        Key($"{list}[].name", KeyType.Text, "", null, "service.name of what it selects, unless the program says itself what it is called.").Live(),
        Key($"{list}[].namespace", KeyType.Text, "", null, "service.namespace, likewise.").Live(),
        Choice($"{list}[].sampler.name", "", null, "always_on always_off traceidratio parentbased_always_on parentbased_always_off parentbased_traceidratio", "Which of the traces that begin there are kept, instead of otel_traces_export.sampler; what is not parentbased_ decides for those that only pass, too."),
        Key($"{list}[].sampler.arg", KeyType.Text, "", null, "Of traceidratio: 0 to 1."),
        Key($"{list}[].routes.incoming", KeyType.List, "", null, "Routes of what it serves, before those of the section routes: http.route.").Live(),
        Key($"{list}[].routes.outgoing", KeyType.List, "", null, "Routes of what it asks others for: url.template, and the span's name.").Live(),
        Missing($"{list}[].metrics", "", "one set of metrics is made for all: metrics.features"),
        Key($"{list}[].exports", KeyType.List, "", "traces", "Signals; a list without traces: the programs are not traced.").Live(),
    ];

    private static ConfigKey[] Excluding(string list, string meaning) =>
    [
        Key(list, KeyType.Items, "", null, meaning).Live(),
        Key($"{list}[].open_ports", KeyType.Ports, "", null, "Ports they listen on, one of them is enough.").Live(),
        Key($"{list}[].exe_path", KeyType.Text, "", null, "Path of their program.").Live(),
        Key($"{list}[].exe_path_regexp", KeyType.Text, "", null, "Path of their program, a regular expression.").Live(),
        Key($"{list}[].languages", KeyType.Text, "", null, "Languages, like {go,java}.").Live(),
        Key($"{list}[].cmd_args", KeyType.Text, "", null, "Their arguments, joined by spaces.").Live(),
        Key($"{list}[].target_pids", KeyType.List, "", null, "Process ids.").Live(),
        Key($"{list}[].containers_only", KeyType.Switch, "", "false", "Only what runs in containers.").Live(),
        Missing($"{list}[].container_name", "", "needs the names of containers, which Hilo does not ask for yet: an entry with it selects nothing"),
        .. Array.ConvertAll<(string Name, string Meaning), ConfigKey>(
            [
                ("namespace", "Namespace of their pod."), ("pod_name", "Its name."), ("container_name", "Their container in it."),
                ("deployment_name", "The Deployment that it is of."), ("replicaset_name", "The ReplicaSet that it is of."),
                ("statefulset_name", "The StatefulSet that it is of."), ("daemonset_name", "The DaemonSet that it is of."),
                ("cronjob_name", "The CronJob that it is of."), ("job_name", "The Job that it is of."), ("owner_name", "Any of these."),
            ],
            one => Key($"{list}[].k8s_{one.Name}", KeyType.Text, "", null, one.Meaning).Live()),
        Key($"{list}[].k8s_pod_labels", KeyType.Map, "", null, "Labels that it must have, each with what its value must be like.").Live(),
        Key($"{list}[].k8s_pod_annotations", KeyType.Map, "", null, "Annotations, likewise; of at most 256 bytes.").Live(),
    ];
}

// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Runtimes.Go;

/// <summary>Where a program writes requests.</summary>
internal readonly record struct GoWriteFacts(UprobePlace[] Places);

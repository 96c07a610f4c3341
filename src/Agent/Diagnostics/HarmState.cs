// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>What the harm guard does.</summary>
internal enum HarmState
{
    /// <summary>Every connection is enrolled that may be, and all is as usual.</summary>
    Watching,

    /// <summary>Half of the new connections is held out, to compare.</summary>
    Comparing,

    /// <summary>None is enrolled.</summary>
    Withdrawn,
}

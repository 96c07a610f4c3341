// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>What became of a try of the doctor.</summary>
internal enum DoctorAnswer
{
    Yes,

    /// <summary>It works, with less than it could.</summary>
    Degraded,

    No,
}

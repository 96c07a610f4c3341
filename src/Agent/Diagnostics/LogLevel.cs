// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>The least important line that is still written.</summary>
internal enum LogLevel
{
    Debug,
    Info,
    Warn,
    Error,
    None,
}

// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>A setting that cannot be used: which, what it holds, what to write instead.</summary>
internal sealed class ConfigException(string name, string value, string remedy)
    : FormatException($"{name}={value} cannot be used: {remedy}");

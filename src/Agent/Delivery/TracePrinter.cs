// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery;

/// <summary>How finished spans are shown on standard output.</summary>
internal enum TracePrinter
{
    Disabled,
    Text,
    Json,
    IndentedJson,
    Tree,
}

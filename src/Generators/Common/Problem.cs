// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Generators.Common;

/// <summary>A diagnostic as a plain value: it may travel through the pipeline without holding on to Roslyn.</summary>
internal sealed record Problem(string Id, Position At, EquatableArray<string> Arguments)
{
    public Problem(DiagnosticDescriptor rule, Position at, params object[] arguments)
        : this(rule.Id, at, new(arguments.Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture))))
    {
    }

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Diagnostics.ById(Id), At.ToLocation(), Arguments.ToArray<object>());
}

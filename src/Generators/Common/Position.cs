// SPDX-License-Identifier: Apache-2.0
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Generators.Common;

/// <summary>A stretch of one line of an input file; line and column count from 0, as Roslyn does.</summary>
internal readonly record struct Position(string Path, int Offset, int Line, int Column, int Length)
{
    public Location ToLocation() => Location.Create(
        Path,
        new TextSpan(Offset, Length),
        new LinePositionSpan(new LinePosition(Line, Column), new LinePosition(Line, Column + Length)));
}

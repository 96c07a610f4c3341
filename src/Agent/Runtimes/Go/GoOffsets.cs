// SPDX-License-Identifier: Apache-2.0
// The table Offsets/offsets.txt, which is part of the agent. It is read when it is first asked for, by one thread.
using System.Globalization;

namespace Agent.Runtimes.Go;

/// <summary>Where the fields of a version are.</summary>
internal static class GoOffsets
{
    internal const string Resource = "go-offsets";

    private static readonly Lazy<Row[]> Rows = new(Read);

    /// <summary>The numbers of a line, in its order. False for versions in front of the first line, and behind the last one.</summary>
    internal static bool TryFind(string kind, int minor, out uint[] places)
    {
        places = [];
        var isNewest = false;
        foreach (var row in Rows.Value)
        {
            if (row.Kind == kind)
            {
                isNewest = minor <= row.Minor;
                places = minor >= row.Minor ? row.Places : places;
            }
        }
        return isNewest && places.Length > 0;
    }

    private static Row[] Read()
    {
        using var table = new StreamReader(typeof(GoOffsets).Assembly.GetManifestResourceStream(Resource)!);
        var rows = new List<Row>();
        while (table.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }
            var words = line.Split(' ');
            rows.Add(new Row(words[0], int.Parse(words[1], CultureInfo.InvariantCulture),
                Array.ConvertAll(words[2..], word => uint.Parse(word, CultureInfo.InvariantCulture))));
        }
        return [.. rows];
    }

    private readonly record struct Row(string Kind, int Minor, uint[] Places);
}

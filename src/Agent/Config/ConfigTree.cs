// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>The table of keys in the shape of a file.</summary>
internal sealed class ConfigTree
{
    private const string EachMark = "[]";
    private readonly List<KeyValuePair<string, ConfigTree>> _children = [];

    /// <summary>Null: a section.</summary>
    internal ConfigKey? Key { get; private set; }

    /// <summary>In the order of the table. Of a list of maps: what may stand in one of them.</summary>
    internal IReadOnlyList<KeyValuePair<string, ConfigTree>> Children => _children;

    internal static ConfigTree Of(IEnumerable<ConfigKey> keys)
    {
        var root = new ConfigTree();
        foreach (var key in keys.Where(key => key.Path.Length > 0))
        {
            var node = root;
            foreach (var part in key.Path.Split('.'))
            {
                node = node.Child(part.EndsWith(EachMark, StringComparison.Ordinal) ? part[..^EachMark.Length] : part);
            }
            node.Key = key;
        }
        return root;
    }

    private ConfigTree Child(string name)
    {
        var found = _children.FirstOrDefault(child => child.Key == name).Value;
        if (found is null)
        {
            _children.Add(new(name, found = new ConfigTree()));
        }
        return found;
    }
}

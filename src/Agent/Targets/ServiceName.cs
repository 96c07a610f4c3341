// SPDX-License-Identifier: Apache-2.0
// What a service is called when nobody said so: the name of its program or, where the program is an interpreter, of what
// that runs. Command lines are read the way the interpreter reads them: options first, and which of them take a value.
namespace Agent.Targets;

/// <summary>Derives a service name from a program file and a command line.</summary>
internal static class ServiceName
{
    internal static string Of(string program, ReadOnlySpan<string> commandLine)
    {
        var name = Path.GetFileName(program);
        var runtime = Runtime.Of(name);
        if (runtime is null || commandLine.Length == 0)
        {
            return name;
        }
        if (commandLine.Length == 1 && Title(commandLine[0], name) is { } title)
        {
            return title;
        }
        var found = runtime.Language switch
        {
            "java" => Java(commandLine[1..]),
            "dotnet" => DotNet(commandLine[1..]),
            _ => Script(runtime, commandLine[1..]),
        };
        return string.IsNullOrEmpty(found) ? runtime.Name : found;
    }

    // Programs that rewrite their command line for ps: "gunicorn: master [app]", "puma 6.4 (tcp://…)", "php-fpm: pool www".
    private static string? Title(string text, string program)
    {
        var end = text.AsSpan().IndexOfAny(' ', ':');
        var first = end > 0 ? text[..end] : null;
        return first is null || first.Contains('/', StringComparison.Ordinal) || first == program ? null : first;
    }

    private static string? Script(Runtime runtime, ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument == runtime.ModuleOption)
            {
                return i + 1 < arguments.Length ? arguments[i + 1] : null;
            }
            if (argument == runtime.FileOption)
            {
                return i + 1 < arguments.Length ? ScriptName(arguments[i + 1]) : null;
            }
            if (runtime.CodeOptions.Contains(argument, StringComparer.Ordinal))
            {
                return null;
            }
            if (runtime.ValueOptions.Contains(argument, StringComparer.Ordinal))
            {
                i++;
            }
            else if (!argument.StartsWith('-'))
            {
                return ScriptName(argument);
            }
        }
        return null;
    }

    private static string? Java(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument == "-jar")
            {
                return i + 1 < arguments.Length ? Path.GetFileNameWithoutExtension(arguments[i + 1]) : null;
            }
            if (argument is "-m" or "--module")
            {
                return i + 1 < arguments.Length ? arguments[i + 1].Split('/')[^1] : null;
            }
            if (argument is "-cp" or "-classpath" or "--class-path" or "-p" or "--module-path" or "--add-modules"
                or "--add-opens" or "--add-exports" or "--add-reads" or "--upgrade-module-path" or "--patch-module")
            {
                i++;
            }
            else if (!argument.StartsWith('-') && !argument.StartsWith('@'))
            {
                return argument.EndsWith(".java", StringComparison.Ordinal) ? ScriptName(argument) : argument;
            }
        }
        return null;
    }

    private static string? DotNet(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument is "--depsfile" or "--runtimeconfig" or "--additionalprobingpath" or "--fx-version"
                or "--roll-forward" or "--additional-deps")
            {
                i++;
            }
            else if (!argument.StartsWith('-') && argument != "exec")
            {
                return argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? ScriptName(argument) : null;
            }
        }
        return null;
    }

    // A file called index or __main__ says nothing; its directory does.
    private static string? ScriptName(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (name is not ("index" or "__main__"))
        {
            return name;
        }
        var directory = Path.GetFileName(Path.GetDirectoryName(path) ?? "");
        return directory.Length > 0 ? directory : name;
    }
}

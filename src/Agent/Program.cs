// SPDX-License-Identifier: Apache-2.0
using System.Reflection;

if (args is ["version"])
{
    var version = Assembly.GetExecutingAssembly().GetName().Version!;
    Console.WriteLine($"hilo {version.ToString(3)}");
    return 0;
}

Console.Error.WriteLine("hilo: usage: hilo version");
return 2;

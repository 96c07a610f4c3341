// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Tests.Targets;

public class ServiceNameTests
{
    [Theory]
    [InlineData("/usr/sbin/nginx", "nginx: master process /usr/sbin/nginx", "nginx")]
    [InlineData("/srv/shop", "./shop|--port|80", "shop")]
    [InlineData("/usr/bin/python3.11", "python3|/srv/app.py|--port|80", "app")]
    [InlineData("/usr/bin/python3.11", "python3|-u|-W|ignore|-X|dev|app.py", "app")]
    [InlineData("/usr/bin/python3.11", "python3|-m|http.server|80", "http.server")]
    [InlineData("/usr/bin/python3.11", "python3|-c|import x", "python")]
    [InlineData("/usr/bin/python3.11", "/usr/bin/python3|/usr/local/bin/uvicorn|app:app", "uvicorn")]
    [InlineData("/usr/bin/python3.11", "python3|/srv/shop/__main__.py", "shop")]
    [InlineData("/usr/bin/python3.11", "gunicorn: master [shop]", "gunicorn")]
    [InlineData("/usr/bin/python3.11", "python3", "python")]
    [InlineData("/usr/bin/node", "node|--require|./hook.js|server.mjs", "server")]
    [InlineData("/usr/bin/node", "node|--inspect|/srv/shop/index.js", "shop")]
    [InlineData("/usr/bin/node", "node|-e|1", "node")]
    [InlineData("/usr/bin/java", "java|-Xmx1g|-Da=b|-jar|/opt/a/b.jar|x", "b")]
    [InlineData("/usr/bin/java", "java|-cp|x.jar:y.jar|com.acme.Main|x", "com.acme.Main")]
    [InlineData("/usr/bin/java", "java|--add-opens|a/b=c|-m|shop/com.acme.Main", "com.acme.Main")]
    [InlineData("/usr/bin/java", "java|/srv/Server.java", "Server")]
    [InlineData("/usr/bin/java", "java|-version", "java")]
    [InlineData("/usr/bin/dotnet", "dotnet|/app/Shop.Api.dll", "Shop.Api")]
    [InlineData("/usr/bin/dotnet", "dotnet|exec|--depsfile|x.json|Shop.dll", "Shop")]
    [InlineData("/usr/bin/dotnet", "dotnet|run", "dotnet")]
    [InlineData("/usr/bin/ruby3.1", "ruby|-I|lib|app.rb", "app")]
    [InlineData("/usr/bin/ruby3.1", "puma 6.4 (tcp://0.0.0.0:80) [shop]", "puma")]
    [InlineData("/usr/bin/php8.2", "php|-S|0.0.0.0:80|-t|public|router.php", "router")]
    [InlineData("/usr/bin/php8.2", "php|-f|x.php", "x")]
    [InlineData("/usr/sbin/php-fpm8.2", "php-fpm: pool www", "php-fpm")]
    [InlineData("/usr/bin/perl", "perl|-w|-I|lib|serve.pl", "serve")]
    [InlineData("/usr/bin/bash", "bash|/srv/loop.sh", "loop")]
    [InlineData("/usr/bin/bash", "bash|-c|curl x", "bash")]
    [InlineData("/usr/bin/bash", "-bash", "bash")]
    public void Is_what_the_program_is_known_as(string program, string commandLine, string expected) =>
        Assert.Equal(expected, ServiceName.Of(program, commandLine.Split('|')));
}

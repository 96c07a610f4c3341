#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints a configuration of nginx that keeps everything in folder $1. $2: `services` for the ones under test, a file on 8080
# and a proxy to it on 8081; `sink` for a receiver on 4318 that accepts whatever the agent exports.
cat <<CONF
daemon off;
worker_processes 1;
pid $1/$2.pid;
error_log $1/$2.log;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    client_max_body_size 0;
    client_body_temp_path $1/$2.body;
    proxy_temp_path $1/$2.proxy;
    fastcgi_temp_path $1/$2.fastcgi;
    uwsgi_temp_path $1/$2.uwsgi;
    scgi_temp_path $1/$2.scgi;
CONF
if [ "$2" = sink ]; then
    cat <<CONF
    server {
        listen 127.0.0.1:4318;
        location / { return 200; }
    }
}
CONF
else
    cat <<CONF
    upstream file {
        server 127.0.0.1:8080;
        keepalive 32;
        keepalive_requests 100000000;
    }
    server {
        listen 127.0.0.1:8080;
        root $1;
    }
    server {
        listen 127.0.0.1:8081;
        location / {
            proxy_pass http://file;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }
    }
}
CONF
fi

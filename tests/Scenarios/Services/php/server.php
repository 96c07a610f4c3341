<?php
// SPDX-License-Identifier: Apache-2.0
// php -S 127.0.0.1:PORT server.php

function headerLines(): string
{
    $text = '';
    foreach (getallheaders() as $name => $value) {
        $text .= "$name: $value\n";
    }
    return $text;
}

function hop(string $url, string $method, string $body): string
{
    $options = ['method' => $method, 'protocol_version' => '1.1', 'timeout' => 30];
    if ($body !== '') {
        $options['content'] = $body;
        $options['header'] = 'Content-Type: application/octet-stream';
    }
    return file_get_contents($url, false, stream_context_create(['http' => $options]));
}

$body = file_get_contents('php://input');
$answer = match (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    '/hop' => hop($_GET['next'], $_SERVER['REQUEST_METHOD'], $body),
    '/headers' => headerLines(),
    default => hash('sha256', $body) . ' ' . strlen($body),
};
header('Content-Type: text/plain');
header('Content-Length: ' . strlen($answer));
echo $answer;

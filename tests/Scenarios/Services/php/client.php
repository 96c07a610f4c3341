<?php
// SPDX-License-Identifier: Apache-2.0
// client.php (streams|curl) BASE COUNT SIZE PREFIX

function sendByStream(string $url, string $body): string
{
    $options = ['protocol_version' => '1.1', 'timeout' => 30];
    if ($body !== '') {
        $options += ['method' => 'POST', 'content' => $body, 'header' => 'Content-Type: application/octet-stream'];
    }
    return file_get_contents($url, false, stream_context_create(['http' => $options]));
}

function sendByCurl(CurlHandle $curl, string $url, string $body): string
{
    curl_setopt($curl, CURLOPT_URL, $url);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    if ($body !== '') {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $body);
    }
    return curl_exec($curl);
}

[, $kind, $base, $count, $size, $prefix] = $argv;
fgets(STDIN);
$curl = curl_init();
for ($i = 0; $i < $count; $i++) {
    $body = '';
    for ($j = 0; $j < $size; $j++) {
        $body .= chr(97 + ($i + $j) % 26);
    }
    $url = $base . ($size > 0 ? '/echo' : '/headers') . "?id=$prefix-$i";
    $answer = $kind === 'curl' ? sendByCurl($curl, $url, $body) : sendByStream($url, $body);
    if ($size > 0 && $answer !== 'ok' && $answer !== hash('sha256', $body) . ' ' . strlen($body)) {
        fwrite(STDERR, "request $i: $answer\n");
        exit(1);
    }
}
echo "ok $count\n";

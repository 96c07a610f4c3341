{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}
{{- /* The release alone where it is called as the chart is. */ -}}
{{- define "hilo.name" -}}
{{- (contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name)) | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "hilo.account" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "hilo.name" .) "default") -}}
{{- end -}}

{{- /* What a DaemonSet finds its pods by may never change. */ -}}
{{- define "hilo.selector" -}}
app.kubernetes.io/name: {{ include "hilo.name" . }}
{{- end -}}

{{- define "hilo.labels" -}}
{{ include "hilo.selector" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

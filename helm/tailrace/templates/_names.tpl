{{- define "tailrace.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "tailrace.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tailrace.labels" -}}
{{ include "tailrace.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "tailrace.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "tailrace.secretName" -}}
{{- if and .Values.secret.existingSecret .Values.secret.values }}{{ fail "secret.existingSecret and secret.values exclude each other: the values would not be used" }}{{ end }}
{{- if .Values.secret.existingSecret }}{{ .Values.secret.existingSecret }}{{ else if .Values.secret.values }}{{ include "tailrace.name" . }}{{ end }}
{{- end }}

{{/* Sources and sinks are by id: an example among them would stand beside those of the user. */}}
{{- define "tailrace.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if not $config.sources }}
{{- $_ := set $config "sources" (dict "openai" (dict "type" "openai_audit" "api_key" "${file:/run/secrets/tailrace/openai-admin-key}" "start" "30d")) }}
{{- end }}
{{- if not $config.sinks }}
{{- $_ := set $config "sinks" (dict "stdout" (dict "type" "stdout")) }}
{{- end }}
{{- include "tailrace.onVolume" . }}
{{- toYaml $config }}
{{- end }}

{{/* The port of the admin server, which the probes ask. */}}
{{- define "tailrace.adminPort" -}}
{{- $admin := dig "service" "admin" (dict) .Values.config }}
{{- $listen := dig "listen" "127.0.0.1:8686" $admin }}
{{- if not (dig "enabled" true $admin) }}{{ fail "config.service.admin.enabled: the probes need the admin server" }}{{ end }}
{{- if regexMatch "^([0-9]+$|127\\.|localhost:|\\[::1\\]:)" $listen }}{{ fail (printf "config.service.admin.listen: the probes do not reach %s from outside of the pod; set 0.0.0.0:8686" $listen) }}{{ end }}
{{- if not (regexMatch ":[1-9][0-9]*$" $listen) }}{{ fail (printf "config.service.admin.listen: %s does not end in a port, which the probes need" $listen) }}{{ end }}
{{- regexFind "[0-9]+$" $listen }}
{{- end }}

{{/* A pod that is killed before it has drained repeats what was in flight. */}}
{{- define "tailrace.graceSeconds" -}}
{{- $text := toString (dig "service" "shutdown_timeout" "60s" .Values.config) }}
{{- $unit := dict "ms" 0.001 "s" 1 "m" 60 "h" 3600 "d" 86400 "w" 604800 }}
{{- if regexMatch "^\\s*[0-9]+(\\.[0-9]+)?\\s*(ms|[smhdw])\\s*$" $text }}
{{- $seconds := mulf (regexFind "[0-9.]+" $text | float64) (get $unit (regexFind "[a-z]+" $text)) }}
{{- if le (float64 .Values.terminationGracePeriodSeconds) $seconds }}{{ fail (printf "terminationGracePeriodSeconds: %d s are not longer than config.service.shutdown_timeout, %s" (int .Values.terminationGracePeriodSeconds) $text) }}{{ end }}
{{- end }}
{{- .Values.terminationGracePeriodSeconds }}
{{- end }}

{{/* The volume and /tmp are all that can be written to, and /tmp ends with the pod. */}}
{{- define "tailrace.onVolume" -}}
{{- $path := dig "journal" "path" "data/journal.db" .Values.config }}
{{- if and (hasPrefix "/" $path) (not (hasPrefix "/data/" $path)) }}{{ fail (printf "config.journal.path: %s is not on the volume, which is /data" $path) }}{{ end }}
{{- end }}

{{/* Names are cut where a DNS label ends, at 63 characters; "-board" has to fit too. */}}
{{- define "deskpulse.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 56 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 56 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "deskpulse.selector" -}}
app.kubernetes.io/name: deskpulse
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "deskpulse.labels" -}}
{{ include "deskpulse.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "deskpulse.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* What both pods have: who they run as, and which secrets they see: nobody but their group may read
     these, which the program demands of keys. The volumes come last, for the board to add its own;
     so do a container's mounts. */}}
{{- define "deskpulse.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: config
    configMap: {name: {{ include "deskpulse.name" . }}}
{{- with .Values.secret.files }}
  - name: secrets
    secret: {secretName: {{ . }}, defaultMode: 0440}
{{- end }}
{{- end -}}

{{- define "deskpulse.container" -}}
image: {{ include "deskpulse.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- with .Values.secret.environment }}
envFrom:
  - secretRef: {name: {{ . }}}
{{- end }}
volumeMounts:
  # The folder, not the file alone: so a change of the ConfigMap gets there.
  - {name: config, mountPath: /etc/deskpulse, readOnly: true}
{{- if .Values.secret.files }}
  - {name: secrets, mountPath: /run/secrets/deskpulse, readOnly: true}
{{- end }}
{{- end -}}
